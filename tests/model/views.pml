/*
 * One height of Mohur with view changes: n = 4, f = 1, q = 3, w = 2 (docs/spec/consensus.md).
 * docs/spec/model.md says what is left out and why that hides nothing.
 *
 * Rules of this file:
 * 1. The network is a set of signed messages that only grows. Whoever may use a message reads it
 *    there, or does not: so loss, delay, reordering and duplication need no state.
 * 2. The liar has signed everything it can: each certificate and each J may count it once, for
 *    whatever suits. The PrePrepares of all views are the liar's, too; a correct primary sends one
 *    of those. So it does not matter who lies, and the three correct voters are alike.
 * 3. A voter has no memory but what it signed, which is its sign guard (R12). What it holds of
 *    others is chosen anew each time: so a crash with the guard intact is no step of its own.
 * 4. A digest stands for a block and its root: the root is a function of the block.
 *
 * Switches: VIEWS (2 to 5), REDUCE, NO_SYMMETRY, MOVES_BY_RULE, CHECK, one REACH_*, one BUG_*.
 */

#ifndef QUORUM
#define QUORUM 3 /* ceil((n + f + 1) / 2) */
#endif
#ifndef WEAK_QUORUM
#define WEAK_QUORUM 2 /* f + 1 */
#endif
#define CORRECT 3 /* n - f */

#ifndef BLOCKS
#define BLOCKS 2 /* that the liar proposes as new in one view */
#endif
#define Set byte /* of digests; bit BLOCKS * v and the next one are blocks of origin view v */

typedef Voter {
  byte view;        /* of the highest message signed */
  byte held;        /* the certificate of its highest Commit, as a CLAIM, or 0: held for good */
  Set prepares[VIEWS];
  Set commits[VIEWS];
  byte head[VIEWS]; /* ViewChange for that view: NOT_SENT, CLAIMS_NONE or CLAIM(pv, pdigest) */
}
Voter voter[CORRECT];

/* What follows from the messages; all of it stays true once it is. */
Set certified[VIEWS]; /* digests of which q Prepares of that view exist (R4) */
Set justified[VIEWS]; /* digests that a J of that view allows */
Set decided;          /* digests of which q Commits of one view exist (R5) */
byte decided_view;    /* 1 + the lowest view of those; 0 if there is none */

/* Variables of single steps, no part of the state. */
hidden byte at_, top_, low_, pos_;
hidden int one_, two_, keep_;

#define NOT_SENT 0
#define CLAIMS_NONE 1
#define CLAIM(pv, d) ((((pv) + 1) << 4) | (d))
#define CLAIMED_VIEW(head) ((head) >> 4) /* 1 + the view; 0 for none */
#define CLAIMED_DIGEST(head) ((head) & 15)

#define HAS(set, d) (((set) >> (d)) & 1)
#define SEVERAL(set) ((set) & ((set) - 1))
#define MAX(x, y) ((x) > (y) -> (x) : (y))
#define MIN(x, y) ((x) < (y) -> (x) : (y))

/* More than two blocks a view say nothing new: one counts when two of the three correct voters
 * stand for it. The blocks of a view are alike, so the second comes after the first. One alone says
 * all, too: a Prepare that never counts does less than none (docs/spec/model.md). */
#define PREPARED_BY_SOME(v) (voter[0].prepares[v] | voter[1].prepares[v] | voter[2].prepares[v])
#if BLOCKS == 2
#define FRESH(v) (3 << (2 * (v)))
#define UP_TO(v) ((1 << (2 * (v) + 2)) - 1)
#define IN_TURN(v, d) \
  ((d) / 2 != (v) || (d) % 2 == 0 || HAS(PREPARED_BY_SOME(v) | certified[v], (d) - 1))
#else
#define FRESH(v) (1 << (v))
#define UP_TO(v) ((1 << ((v) + 1)) - 1)
#define IN_TURN(v, d) true
#endif

/* ---- certificates, J, decisions ---- */

/* The digests for which q validators stand: the liar and q - 1 correct ones. */
#if QUORUM == 3
#define ENOUGH(x, y, z) (((x) & (y)) | ((x) & (z)) | ((y) & (z)))
#elif QUORUM == 2
#define ENOUGH(x, y, z) ((x) | (y) | (z))
#endif

#if VIEWS > 3
#define IN_ANY_VIEW(x, what) \
  (voter[x].what[0] | voter[x].what[1] | voter[x].what[2] | voter[x].what[3])
#else
#define IN_ANY_VIEW(x, what) (voter[x].what[0] | voter[x].what[1] | voter[x].what[VIEWS - 1])
#endif
#define OF_ANY_VIEW \
  ENOUGH(IN_ANY_VIEW(0, prepares), IN_ANY_VIEW(1, prepares), IN_ANY_VIEW(2, prepares))
#if defined(BUG_MIXED_PREPARES) /* by the voter, with its own Prepare of that view among them */
#define CERTIFIED(v) (OF_ANY_VIEW & PREPARED_BY_SOME(v))
#elif defined(BUG_UNCOMPARED_VIEW) /* by whoever checks a certificate: the liar names its view */
#define CERTIFIED(v) OF_ANY_VIEW
#else
#define CERTIFIED(v) ENOUGH(voter[0].prepares[v], voter[1].prepares[v], voter[2].prepares[v])
#endif
#ifdef BUG_MIXED_COMMITS
#define COMMITS(x, v) IN_ANY_VIEW(x, commits)
#else
#define COMMITS(x, v) voter[x].commits[v]
#endif
#ifdef BUG_OLD_HEADS
#define HEAD(x, v) (voter[x].head[v] -> voter[x].head[v] : voter[x].head[(v) - 1])
#else
#define HEAD(x, v) voter[x].head[v]
#endif

inline certify() {
  for (at_ : 0 .. VIEWS - 1) {
    certified[at_] = certified[at_] | CERTIFIED(at_)
  }
}

/* What a J of view at_ allows that is made of the heads of the voters x and y and of the liar. The
 * liar claims nothing, or a higher certificate that exists. A J of three correct heads allows
 * nothing that two of them do not allow. */
inline justify(x, y) {
  if
  :: HEAD(x, at_) != NOT_SENT && HEAD(y, at_) != NOT_SENT ->
#ifdef BUG_LOWEST_CLAIM
    top_ = MIN(HEAD(x, at_), HEAD(y, at_));
    low_ = MAX(HEAD(x, at_), HEAD(y, at_));
    top_ = (top_ == CLAIMS_NONE -> low_ : top_);
#else
    top_ = MAX(HEAD(x, at_), HEAD(y, at_));
    low_ = MIN(HEAD(x, at_), HEAD(y, at_));
#endif
    if
    :: top_ == CLAIMS_NONE -> justified[at_] = justified[at_] | FRESH(at_)
    :: top_ != CLAIMS_NONE && (CLAIMED_VIEW(top_) != CLAIMED_VIEW(low_) || top_ == low_) ->
      justified[at_] = justified[at_] | (1 << CLAIMED_DIGEST(top_))
    :: else /* another digest claimed at that pv */
    fi;
#ifdef BUG_LOWEST_CLAIM
    one_ = 0;
    two_ = (top_ == CLAIMS_NONE -> at_ : CLAIMED_VIEW(top_) - 1) - 1;
#else
    one_ = CLAIMED_VIEW(top_);
    two_ = at_ - 1;
#endif
    for (pos_ : one_ .. two_) {
#ifdef BUG_UNPROVEN_CLAIM
      justified[at_] = justified[at_] | UP_TO(pos_)
#else
      justified[at_] = justified[at_] | certified[pos_]
#endif
    }
  :: else
  fi
}

inline justify_all() {
  justified[0] = FRESH(0);
  for (at_ : 1 .. VIEWS - 1) {
#ifdef BUG_NO_JUSTIFICATION
    justified[at_] = justified[at_ - 1] | FRESH(at_);
#endif
#if QUORUM == 2 || defined(BUG_WEAK_JUSTIFICATION)
    justify(0, 0); justify(1, 1); justify(2, 2)
#else
    justify(0, 1); justify(0, 2); justify(1, 2)
#endif
  }
}

inline decide() {
  for (at_ : 0 .. VIEWS - 1) {
    one_ = ENOUGH(COMMITS(0, at_), COMMITS(1, at_), COMMITS(2, at_));
    decided = decided | one_;
    if
    :: one_ && (decided_view == 0 || decided_view > at_ + 1) -> decided_view = at_ + 1
    :: else
    fi
  }
}

/* ---- properties ---- */

#define AGREEMENT 1
#define CERTIFICATES_AGREE 2
#define STAYS_CLAIMED 4
#define ONE_VOTE 8
#define NO_EVIDENCE 16
#define CLAIMS_AGREE 32
#define NO_DRIFT 64
#ifndef CHECK
#define CHECK 127
#endif
#define PROPERTY(bit, name, holds) name = ((CHECK & bit) == 0 || (holds)); assert(name)

hidden byte agreement, certificates_agree, stays_claimed, one_vote, no_evidence, claims_agree;
hidden byte no_drift, not_reached;

/* A Commit hidden by a later head of its sender is evidence (R11). */
#define HIDES(x, v, later) (later > v && voter[x].commits[v] \
  && voter[x].head[later] != NOT_SENT && CLAIMED_VIEW(voter[x].head[later]) < v + 1)
#define CLASH(x, y) (CLAIMED_VIEW(voter[x].head[at_]) != 0 \
  && CLAIMED_VIEW(voter[x].head[at_]) == CLAIMED_VIEW(voter[y].head[at_]) \
  && voter[x].head[at_] != voter[y].head[at_])
#define SECOND_HIGHEST (voter[0].view + voter[1].view + voter[2].view \
  - MAX(voter[0].view, MAX(voter[1].view, voter[2].view)) \
  - MIN(voter[0].view, MIN(voter[1].view, voter[2].view)))

/* What has to be reachable, or the search says nothing: each is asserted never to happen. */
#if defined(REACH_DECISION_IN)
#define REACHED decided_view == REACH_DECISION_IN + 1
#elif defined(REACH_TWO_PREPARED)
#define REACHED certified[VIEWS - 2] && certified[VIEWS - 1] & ~certified[VIEWS - 2]
#elif defined(REACH_REPROPOSAL)
#define REACHED decided_view > 1 && (decided & FRESH(0))
#elif defined(REACH_RETURN)
#define REACHED certified[0] && certified[2] == certified[0] && certified[1] & ~certified[0]
#elif defined(REACH_UNLIKE_CLAIMS)
#define REACHED CLAIMED_VIEW(voter[0].head[2]) && CLAIMED_VIEW(voter[1].head[2]) \
  && CLAIMED_VIEW(voter[0].head[2]) != CLAIMED_VIEW(voter[1].head[2])
#else
#define REACHED false
#endif

inline check() {
  PROPERTY(AGREEMENT, agreement, SEVERAL(decided) == 0);
  for (at_ : 0 .. VIEWS - 1) {
    PROPERTY(CERTIFICATES_AGREE, certificates_agree,
      decided_view == 0 || at_ < decided_view - 1 || (certified[at_] & ~decided) == 0);
    PROPERTY(STAYS_CLAIMED, stays_claimed,
      decided_view == 0 || at_ < decided_view || (justified[at_] & ~decided) == 0);
    PROPERTY(CLAIMS_AGREE, claims_agree, !CLASH(0, 1) && !CLASH(0, 2) && !CLASH(1, 2));
    for (pos_ : 0 .. CORRECT - 1) {
      PROPERTY(ONE_VOTE, one_vote,
        SEVERAL(voter[pos_].prepares[at_]) == 0 && SEVERAL(voter[pos_].commits[at_]) == 0);
      for (top_ : 1 .. VIEWS - 1) {
        PROPERTY(NO_EVIDENCE, no_evidence, !HIDES(pos_, at_, top_))
      }
    }
  }
#ifdef MOVES_BY_RULE
  /* A correct voter is at most one view above the next one: the liar leads nobody away (R2, R6). */
  PROPERTY(NO_DRIFT, no_drift,
    MAX(voter[0].view, MAX(voter[1].view, voter[2].view)) <= SECOND_HIGHEST + 1);
#endif
  not_reached = !(REACHED);
  assert(not_reached)
}

/* ---- fewer states ---- */

#define MAY_PREPARE(x, v) (voter[x].view <= (v) && voter[x].prepares[v] == 0)
#define FIRST_OTHER(x) (((x) + 1) % CORRECT)
#define LAST_OTHER(x) (((x) + 2) % CORRECT)

/* Forget what no rule can ask for any more; what was concluded from it stays. */
inline reduce() {
  for (at_ : 0 .. VIEWS - 1) {
    if
    :: !(MAY_PREPARE(0, at_) || MAY_PREPARE(1, at_) || MAY_PREPARE(2, at_)) ->
      justified[at_] = 0;
      voter[0].head[at_] = NOT_SENT;
      voter[1].head[at_] = NOT_SENT;
      voter[2].head[at_] = NOT_SENT
    :: else
    fi;
    for (pos_ : 0 .. CORRECT - 1) {
      one_ = FIRST_OTHER(pos_);
      two_ = LAST_OTHER(pos_);
#if !defined(BUG_MIXED_PREPARES) && !defined(BUG_UNCOMPARED_VIEW)
      if /* it left the view, and there is a certificate, or there cannot be one with its Prepare */
      :: voter[pos_].view > at_ && (certified[at_]
          || !(MAY_PREPARE(one_, at_) || voter[one_].prepares[at_] == voter[pos_].prepares[at_]
            || MAY_PREPARE(two_, at_) || voter[two_].prepares[at_] == voter[pos_].prepares[at_])) ->
        voter[pos_].prepares[at_] = 0
      :: else
      fi;
#endif
#ifndef BUG_MIXED_COMMITS
      if /* it left the view, and there is a decision, or there cannot be one with its Commit */
      :: voter[pos_].view > at_ && (decided
          || !(voter[one_].view <= at_ || voter[one_].commits[at_]
            || voter[two_].view <= at_ || voter[two_].commits[at_])) ->
        voter[pos_].commits[at_] = 0
      :: else
      fi;
#endif
      skip
    }
  }
}

#define SWAP(x, y, what) \
  keep_ = voter[x].what; voter[x].what = voter[y].what; voter[y].what = keep_

/* The voters are alike: keep them in ascending order. */
inline order(x, y) {
  one_ = (voter[x].view << 8) + voter[x].held;
  two_ = (voter[y].view << 8) + voter[y].held;
  pos_ = 0;
  do
  :: one_ == two_ && pos_ < VIEWS ->
    one_ = (voter[x].prepares[pos_] << 16) + (voter[x].commits[pos_] << 8) + voter[x].head[pos_];
    two_ = (voter[y].prepares[pos_] << 16) + (voter[y].commits[pos_] << 8) + voter[y].head[pos_];
    pos_++
  :: else -> break
  od;
  if
  :: one_ > two_ ->
    SWAP(x, y, view);
    SWAP(x, y, held);
    for (pos_ : 0 .. VIEWS - 1) {
      SWAP(x, y, prepares[pos_]);
      SWAP(x, y, commits[pos_]);
      SWAP(x, y, head[pos_])
    }
  :: else
  fi
}

/* ---- what a correct voter may sign ---- */

#ifdef BUG_VOTES_BELOW_VIEW_CHANGE
#define IN_VIEW(x, v) true
#else
#define IN_VIEW(x, v) (voter[x].view == (v))
#endif
#ifdef BUG_SECOND_PRE_PREPARE
#define ACCEPTS(x, v, d) (!HAS(voter[x].prepares[v], d))
#else
#define ACCEPTS(x, v, d) (voter[x].prepares[v] == 0)
#endif

/* R3: the first PrePrepare of a view not left; one of a higher view moves the voter there. */
#define PREPARE(x, v, d) \
  :: (IN_VIEW(x, v) || v > voter[x].view) && ACCEPTS(x, v, d) && HAS(justified[v], d) \
      && IN_TURN(v, d) -> d_step { \
    voter[x].view = MAX(v, voter[x].view); \
    voter[x].prepares[v] = voter[x].prepares[v] | (1 << d); \
    printf("voter %d: Prepare(view %d, block %d)\n", x, v, d) \
  }

/* R4: accepted, and prepared in this very view. */
#ifdef BUG_OLD_CERTIFICATE
#define BEFORE(v) ((v) > 0 -> (v) - 1 : 0)
#define PREPARED(v) (certified[0] | certified[BEFORE(v)] | certified[v])
#define HELD_OF(v, d) \
  CLAIM((HAS(certified[v], d) -> v : (HAS(certified[BEFORE(v)], d) -> BEFORE(v) : 0)), d)
#else
#define PREPARED(v) certified[v]
#define HELD_OF(v, d) CLAIM(v, d)
#endif
#define COMMIT(x, v, d) \
  :: IN_VIEW(x, v) && voter[x].commits[v] == 0 && HAS(voter[x].prepares[v] & PREPARED(v), d) -> \
    d_step { \
      voter[x].commits[v] = 1 << d; \
      voter[x].held = MAX(HELD_OF(v, d), voter[x].held); \
      printf("voter %d: Commit(view %d, block %d)\n", x, v, d) \
    }

#ifdef MOVES_BY_RULE
/* R6: by timeout to the next view, or behind w validators in higher ones. R2: the timer of a later
 * view runs when q validators are in it or above. The liar is in whatever view suits. */
#define HIGHEST_HEAD(x) (voter[x].head[VIEWS - 1] -> VIEWS - 1 : \
  (voter[x].head[VIEWS - 2] -> VIEWS - 2 : 0))
#define HEADS_FROM(v) \
  ((HIGHEST_HEAD(0) >= (v)) + (HIGHEST_HEAD(1) >= (v)) + (HIGHEST_HEAD(2) >= (v)))
#define LEAVES(x, v) (v > voter[x].view && (HEADS_FROM(v) + 1 >= WEAK_QUORUM \
  || (v == voter[x].view + 1 && (v == 1 || HEADS_FROM(v - 1) + 1 >= QUORUM))))
#else
/* More than R2 and R6 allow: any higher view, at any time. */
#define LEAVES(x, v) (v > voter[x].view)
#endif

/* R6: a ViewChange claims the highest certificate held: that of a Commit, or a higher one. */
#if defined(BUG_CLAIMS_NOTHING)
#define MAY_CLAIM_NONE(x) true
#define MAY_CLAIM(x, pv, d) false
#elif defined(BUG_OLD_CLAIM)
#define MAY_CLAIM_NONE(x) (voter[x].held == 0)
#define MAY_CLAIM(x, pv, d) true
#else
#define MAY_CLAIM_NONE(x) (voter[x].held == 0)
#define MAY_CLAIM(x, pv, d) \
  (CLAIM(pv, d) == voter[x].held || pv + 1 > CLAIMED_VIEW(voter[x].held))
#endif
#define LEAVE(x, v) \
  :: LEAVES(x, v) && MAY_CLAIM_NONE(x) -> d_step { \
    voter[x].view = v; \
    voter[x].head[v] = CLAIMS_NONE; \
    printf("voter %d: ViewChange(view %d) claims nothing\n", x, v) \
  }
#define LEAVE_WITH(x, v, pv, d) \
  :: LEAVES(x, v) && MAY_CLAIM(x, pv, d) && HAS(certified[pv], d) -> d_step { \
    voter[x].view = v; \
    voter[x].head[v] = CLAIM(pv, d); \
    printf("voter %d: ViewChange(view %d) claims block %d of view %d\n", x, v, d, pv) \
  }

/* All of these for each view and digest. */
#define PREPARES_0(x, v) PREPARE(x, v, 0) PREPARE(x, v, 1)
#define PREPARES_1(x, v) PREPARES_0(x, v) PREPARE(x, v, 2) PREPARE(x, v, 3)
#define PREPARES_2(x, v) PREPARES_1(x, v) PREPARE(x, v, 4) PREPARE(x, v, 5)
#define PREPARES_3(x, v) PREPARES_2(x, v) PREPARE(x, v, 6) PREPARE(x, v, 7)
#define PREPARES_4(x, v) PREPARES_3(x, v) PREPARE(x, v, 8) PREPARE(x, v, 9)
#define COMMITS_0(x, v) COMMIT(x, v, 0) COMMIT(x, v, 1)
#define COMMITS_1(x, v) COMMITS_0(x, v) COMMIT(x, v, 2) COMMIT(x, v, 3)
#define COMMITS_2(x, v) COMMITS_1(x, v) COMMIT(x, v, 4) COMMIT(x, v, 5)
#define COMMITS_3(x, v) COMMITS_2(x, v) COMMIT(x, v, 6) COMMIT(x, v, 7)
#define COMMITS_4(x, v) COMMITS_3(x, v) COMMIT(x, v, 8) COMMIT(x, v, 9)
#define WITH_0(x, v) LEAVE_WITH(x, v, 0, 0) LEAVE_WITH(x, v, 0, 1)
#define WITH_1(x, v) WITH_0(x, v) LEAVE_WITH(x, v, 1, 0) LEAVE_WITH(x, v, 1, 1) \
  LEAVE_WITH(x, v, 1, 2) LEAVE_WITH(x, v, 1, 3)
#define WITH_2(x, v) WITH_1(x, v) LEAVE_WITH(x, v, 2, 0) LEAVE_WITH(x, v, 2, 1) \
  LEAVE_WITH(x, v, 2, 2) LEAVE_WITH(x, v, 2, 3) LEAVE_WITH(x, v, 2, 4) LEAVE_WITH(x, v, 2, 5)
#define WITH_3(x, v) WITH_2(x, v) LEAVE_WITH(x, v, 3, 0) LEAVE_WITH(x, v, 3, 1) \
  LEAVE_WITH(x, v, 3, 2) LEAVE_WITH(x, v, 3, 3) LEAVE_WITH(x, v, 3, 4) LEAVE_WITH(x, v, 3, 5) \
  LEAVE_WITH(x, v, 3, 6) LEAVE_WITH(x, v, 3, 7)

#define VIEW_0(x) PREPARES_0(x, 0) COMMITS_0(x, 0)
#define VIEW_1(x) LEAVE(x, 1) WITH_0(x, 1) PREPARES_1(x, 1) COMMITS_1(x, 1)
#define VIEW_2(x) LEAVE(x, 2) WITH_1(x, 2) PREPARES_2(x, 2) COMMITS_2(x, 2)
#define VIEW_3(x) LEAVE(x, 3) WITH_2(x, 3) PREPARES_3(x, 3) COMMITS_3(x, 3)
#define VIEW_4(x) LEAVE(x, 4) WITH_3(x, 4) PREPARES_4(x, 4) COMMITS_4(x, 4)
#if VIEWS == 2
#define STEPS(x) VIEW_0(x) VIEW_1(x)
#elif VIEWS == 3
#define STEPS(x) VIEW_0(x) VIEW_1(x) VIEW_2(x)
#elif VIEWS == 4
#define STEPS(x) VIEW_0(x) VIEW_1(x) VIEW_2(x) VIEW_3(x)
#elif VIEWS == 5
#define STEPS(x) VIEW_0(x) VIEW_1(x) VIEW_2(x) VIEW_3(x) VIEW_4(x)
#endif

#ifdef REDUCE
#define FORGET reduce();
#else
#define FORGET
#endif
#ifdef NO_SYMMETRY
#define SORT
#else
#define SORT order(0, 1); order(1, 2); order(0, 1);
#endif

active proctype network() {
  d_step { justify_all(); check() }
end:
  do
  :: atomic {
      if
      STEPS(0)
      STEPS(1)
      STEPS(2)
      fi;
      d_step { certify(); justify_all(); decide(); check(); FORGET SORT skip }
    }
  od
}
