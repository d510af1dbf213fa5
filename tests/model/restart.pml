/*
 * Crash and restart under the sign guard: one height, two views, n = 4, f = 1
 * (docs/spec/consensus.md R3, R4, R6, R12). docs/spec/model.md says what is left out and why.
 *
 * Rules of this file:
 * 1. As in views.pml the network is a set of signed messages that only grows, and the liar has
 *    signed everything it can. Primaries are told apart here: a correct one signs one PrePrepare.
 * 2. A signature is made in three effects: appended to the guard, flushed, sent. A crash may come
 *    before and after each. Until the flush the voter does nothing else; a sending may come at any
 *    time after it (R9), never too, and again.
 * 3. At a crash an append that was not flushed is lost or not. What is not in the guard is gone:
 *    the view, the certificate held, the pool, so that a primary builds another block.
 *
 * Switches: LIAR (0: primary of view 0, 1: primary of view 1, 2: none), CHECK, one REACH_*, one
 * BUG_*.
 */

#define VIEWS 2
#define QUORUM 3 /* ceil((n + f + 1) / 2) */
#define WEAK_QUORUM 2 /* f + 1 */
#define CORRECT 3 /* n - f */

/* Steps of a voter in the order of R12; a ViewChange counts with the view it asks for. */
#define PRE_PREPARE_0 0
#define PREPARE_0 1
#define COMMIT_0 2
#define VIEW_CHANGE_1 3
#define PRE_PREPARE_1 4
#define PREPARE_1 5
#define COMMIT_1 6
#define STEPS 7

/* What is signed in a step: 1 + a block. Blocks 0 and 1 are of view 0, 2 and 3 of view 1.
 * A ViewChange: 1 + the claimed block, which is one of view 0, or CLAIMS_NONE. */
#define NOTHING 0
#define CLAIMS_NONE 3
#define FRESH_0 (1 << 1 | 1 << 2)
#define FRESH_1 (1 << 3 | 1 << 4)
#define CLAIMS FRESH_0

/* The durable guard: one record a step, blocks and certificates beside them. */
byte record[CORRECT * STEPS];
byte blocks[CORRECT];        /* set of blocks, by 1 + block */
byte certificates[CORRECT];  /* the same, of a certificate of view 0 */
byte certificates_1[CORRECT];
/* All that left: by voter and step the set of what was signed. One of each, if all is well. */
byte sent[CORRECT * STEPS];

#define RECORD(x, step) record[(x) * STEPS + (step)]
#define SENT(x, step) sent[(x) * STEPS + (step)]
#define HAS(set, what) (((set) >> (what)) & 1)
#define SEVERAL(set) ((set) & ((set) - 1))
/* q validators: the liar and two correct ones. */
#define ENOUGH(step) ((SENT(0, step) & SENT(1, step)) | (SENT(0, step) & SENT(2, step)) \
  | (SENT(1, step) & SENT(2, step)))

#define LIES 3
#if LIAR == 0
#define PRIMARY_0 LIES
#define PRIMARY_1 0
#elif LIAR == 1
#define PRIMARY_0 0
#define PRIMARY_1 LIES
#else
#define PRIMARY_0 0
#define PRIMARY_1 1
#endif

/* What a J of view 1 allows that is made of the heads of x and y and of the liar, who claims
 * nothing or a certificate that exists. */
#define HEADS(x, y) (SENT(x, VIEW_CHANGE_1) && SENT(y, VIEW_CHANGE_1))
#define CLAIMED(x, y) ((SENT(x, VIEW_CHANGE_1) | SENT(y, VIEW_CHANGE_1)) & CLAIMS)
#define NONE_OF_BOTH(x, y) \
  (HAS(SENT(x, VIEW_CHANGE_1), CLAIMS_NONE) && HAS(SENT(y, VIEW_CHANGE_1), CLAIMS_NONE))
#define JUSTIFIED_BY(x, y) (HEADS(x, y) \
  -> CLAIMED(x, y) | (NONE_OF_BOTH(x, y) -> FRESH_1 | ENOUGH(PREPARE_0) : 0) : 0)
#define JUSTIFIED (JUSTIFIED_BY(0, 1) | JUSTIFIED_BY(0, 2) | JUSTIFIED_BY(1, 2))

#if PRIMARY_0 == LIES
#define PROPOSED_0 FRESH_0
#else
#define PROPOSED_0 SENT(PRIMARY_0, PRE_PREPARE_0)
#endif
#if PRIMARY_1 == LIES
#define PROPOSED_1 JUSTIFIED
#else
#define PROPOSED_1 (SENT(PRIMARY_1, PRE_PREPARE_1) & JUSTIFIED)
#endif

/* ---- properties ---- */

#define AGREEMENT 1
#define ONE_VOTE 2
#define NO_EVIDENCE 4
#define DURABLE_FIRST 8
#define CERTIFICATE_KEPT 16
#define BLOCK_KEPT 32
#ifndef CHECK
#define CHECK 63
#endif
#define PROPERTY(bit, name, holds) name = ((CHECK & bit) == 0 || (holds)); assert(name)

hidden byte agreement, one_vote, no_evidence, durable_first, certificate_kept, block_kept;
hidden byte not_reached, voter_, step_;

#define DECIDED (ENOUGH(COMMIT_0) | ENOUGH(COMMIT_1))
#if defined(REACH_DECISION_IN) && REACH_DECISION_IN == 0
#define REACHED (ENOUGH(COMMIT_0) != 0)
#elif defined(REACH_DECISION_IN)
#define REACHED (ENOUGH(COMMIT_1) != 0 && ENOUGH(COMMIT_0) == 0)
#elif defined(REACH_REPROPOSAL)
#define REACHED (ENOUGH(COMMIT_1) & FRESH_0)
#elif defined(REACH_DECISION_AFTER_CRASHES)
#define REACHED (DECIDED != 0 && crashed == 7)
#else
#define REACHED false
#endif
#ifdef REACH_DECISION_AFTER_CRASHES
byte crashed; /* set of voters that crashed after they had prepared */
#endif

inline check() {
  d_step {
    PROPERTY(AGREEMENT, agreement, SEVERAL(DECIDED) == 0);
    for (voter_ : 0 .. CORRECT - 1) {
      for (step_ : 0 .. STEPS - 1) {
        PROPERTY(ONE_VOTE, one_vote, SEVERAL(SENT(voter_, step_)) == 0);
        PROPERTY(DURABLE_FIRST, durable_first,
          (SENT(voter_, step_) & ~(1 << RECORD(voter_, step_))) == 0)
      }
      /* R11: a Commit that a later head hides. */
      PROPERTY(NO_EVIDENCE, no_evidence,
        !(SENT(voter_, COMMIT_0) && HAS(SENT(voter_, VIEW_CHANGE_1), CLAIMS_NONE)));
      PROPERTY(CERTIFICATE_KEPT, certificate_kept,
        (SENT(voter_, COMMIT_0) & ~certificates[voter_]) == 0
        && (SENT(voter_, COMMIT_1) & ~certificates_1[voter_]) == 0);
      PROPERTY(BLOCK_KEPT, block_kept,
        ((SENT(voter_, PREPARE_0) | SENT(voter_, PREPARE_1)) & ~blocks[voter_]) == 0)
    }
    not_reached = !(REACHED);
    assert(not_reached)
  }
}

/* ---- a correct voter ---- */

/* Is this step above everything in the guard (R12)? */
#define ABOVE(step) (highest < (step) + 1)

inline find_highest() {
  highest = 0;
  for (step_ : 0 .. STEPS - 1) {
    if
    :: RECORD(me, step_) != NOTHING -> highest = step_ + 1
    :: else
    fi
  }
}

/* R3, R4: the block goes with the Prepare, the certificate with the Commit, in one flush. */
inline flush() {
  d_step {
    RECORD(me, pending_step) = pending;
    highest = pending_step + 1;
    if
    :: pending_step == PREPARE_0 || pending_step == PREPARE_1 ->
#ifndef BUG_VOLATILE_BLOCK
      blocks[me] = blocks[me] | (1 << pending)
#endif
    :: pending_step == COMMIT_0 ->
#ifndef BUG_VOLATILE_CERTIFICATE
      certificates[me] = certificates[me] | (1 << pending)
#endif
    :: pending_step == COMMIT_1 ->
#ifndef BUG_VOLATILE_CERTIFICATE
      certificates_1[me] = certificates_1[me] | (1 << pending)
#endif
    :: else
    fi;
    pending = NOTHING;
    pending_step = 0
  }
}

#define SIGN(step, what) pending_step = step; pending = what
#define SEND(step, what) \
  d_step { \
    SENT(me, step) = SENT(me, step) | (1 << (what)); \
    printf("voter %d: sends step %d, content %d\n", me, step, what) \
  }
#define SEND_OF_GUARD(step) \
  :: atomic { RECORD(me, step) != NOTHING && !HAS(SENT(me, step), RECORD(me, step)) -> \
      SEND(step, RECORD(me, step)); check() }
#define IDLE (pending == NOTHING)
#define UNFLUSHED(step) (pending != NOTHING && pending_step == step)

#define PROPOSE_0(what) \
  :: IDLE && me == PRIMARY_0 && view == 0 && ABOVE(PRE_PREPARE_0) -> SIGN(PRE_PREPARE_0, what)
#define PROPOSE_1(what) \
  :: IDLE && me == PRIMARY_1 && view == 1 && ABOVE(PRE_PREPARE_1) && HAS(JUSTIFIED, what) -> \
    SIGN(PRE_PREPARE_1, what)
#define PREPARE_IN_0(what) \
  :: IDLE && view == 0 && ABOVE(PREPARE_0) && HAS(PROPOSED_0, what) -> SIGN(PREPARE_0, what)
#define PREPARE_IN_1(what) \
  :: IDLE && ABOVE(PREPARE_1) && HAS(PROPOSED_1, what) -> view = 1; SIGN(PREPARE_1, what)
#define COMMIT_IN(v, prepare, commit) \
  :: IDLE && view == v && ABOVE(commit) && RECORD(me, prepare) != NOTHING \
      && HAS(ENOUGH(prepare), RECORD(me, prepare)) -> SIGN(commit, RECORD(me, prepare))
/* R6: at any time, with the highest certificate held. Another one may come to hand by then. */
#define CLAIM(what) \
  :: IDLE && view == 0 && ABOVE(VIEW_CHANGE_1) && HAS(ENOUGH(PREPARE_0), what) \
      && (held == NOTHING || held == what) -> view = 1; SIGN(VIEW_CHANGE_1, what)

proctype Voter(byte me) {
  byte view;         /* where it is now; forgotten by a crash */
  byte held;         /* block of the certificate of view 0 that it committed on, likewise */
  byte pending_step; /* what was appended and not yet flushed */
  byte pending;
  byte highest;      /* 1 + the highest step in the guard */
end:
  do
  :: atomic {
      if
      PROPOSE_0(1) PROPOSE_0(2)
      PROPOSE_1(1) PROPOSE_1(2) PROPOSE_1(3) PROPOSE_1(4)
      PREPARE_IN_0(1) PREPARE_IN_0(2)
      PREPARE_IN_1(1) PREPARE_IN_1(2) PREPARE_IN_1(3) PREPARE_IN_1(4)
      COMMIT_IN(0, PREPARE_0, COMMIT_0) ; held = pending
      COMMIT_IN(1, PREPARE_1, COMMIT_1)
      CLAIM(1) CLAIM(2)
      :: IDLE && view == 0 && ABOVE(VIEW_CHANGE_1) && held == NOTHING -> view = 1;
        SIGN(VIEW_CHANGE_1, CLAIMS_NONE)
      fi
    }
  :: atomic { pending != NOTHING -> flush() }
#ifdef BUG_GUARD_AFTER_SEND
  :: atomic { UNFLUSHED(BUG_GUARD_AFTER_SEND) && !HAS(SENT(me, pending_step), pending) ->
      SEND(pending_step, pending); check() }
#endif
  SEND_OF_GUARD(PRE_PREPARE_0) SEND_OF_GUARD(PREPARE_0) SEND_OF_GUARD(COMMIT_0)
  SEND_OF_GUARD(VIEW_CHANGE_1)
  SEND_OF_GUARD(PRE_PREPARE_1) SEND_OF_GUARD(PREPARE_1) SEND_OF_GUARD(COMMIT_1)
  :: atomic {
      if /* a crash; the append survives or not */
      :: pending != NOTHING -> flush()
      :: true -> pending = NOTHING; pending_step = 0
      fi;
      d_step {
#ifdef BUG_AMNESIA
        for (step_ : 0 .. STEPS - 1) { RECORD(me, step_) = NOTHING }
        certificates[me] = 0;
#endif
#ifdef REACH_DECISION_AFTER_CRASHES
        crashed = crashed | (RECORD(me, PREPARE_0) -> 1 << me : 0);
#endif
        /* R12: it resumes in the highest view of the guard, with its certificates. */
        find_highest();
        view = (highest > VIEW_CHANGE_1 -> 1 : 0);
#ifdef BUG_FORGETS_CERTIFICATE
        held = NOTHING;
#else
        held = (certificates[me] & 2 -> 1 : (certificates[me] & 4 -> 2 : NOTHING));
#endif
        printf("voter %d: restarts in view %d\n", me, view)
      }
    }
  od
}

init {
  atomic { run Voter(0); run Voter(1); run Voter(2) }
}
