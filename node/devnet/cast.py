"""Who is on a local network: institutions, their keys, their accounts. All of it is well known.

Rules of this file:
1. Keys come from node.signing.dev_seed and ids from names: every run and every machine has the same
   ones, so that examples can be pasted.
2. Names of keys are words that the keystore refuses elsewhere (node/keystore/dev_keys.py).
"""

import hashlib

import msgspec

from node.keystore.dev_keys import DEV_SEAL_KEY
from node.sdk.sealing import KeyPair, public_of
from node.signing import Signer, dev_seed
from tokens.records.parties import KeyPolicy
from tokens.types import NO_ADDRESS, AccountPurpose, Role

CHAIN_ID = "mohur-dev-1"
MONEY = "PKR"
"""Central-bank money, two decimals."""
COIN = "DPKR"
"""The stablecoin of the story."""
CALENDAR = "PK"
_ADDRESS_DOMAIN = b"mohur/dev-address/v1"


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A participant of the local network."""

    name: str
    """Also its control group and the beginning of its key names."""
    title: str
    roles: tuple[Role, ...] = ()
    keys: int = 1
    threshold: int = 1
    validator: str | None = None
    """Validator that it operates; a name without it is no validator's operator."""

    @property
    def address(self) -> bytes:
        """16 bytes."""
        return address_of(self.name)

    @property
    def key_names(self) -> tuple[str, ...]:
        """Dev names of its keys."""
        if self.keys == 1:
            return (self.name,)
        return tuple(f"{self.name}-{number}" for number in range(self.keys))

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Its keys."""
        return tuple(Signer.from_seed(dev_seed(name)) for name in self.key_names)

    @property
    def seal_key(self) -> KeyPair:
        """X25519 key that others seal data to; anybody can compute the private half."""
        private = dev_seed(f"{self.name}-{DEV_SEAL_KEY}")
        return KeyPair(private, public_of(private))

    @property
    def policy(self) -> KeyPolicy:
        """How it signs."""
        keys = tuple(sorted(signer.public_key for signer in self.signers))
        return KeyPolicy(threshold=self.threshold, keys=keys)


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the local network."""

    name: str
    title: str
    servicer: str
    """Name of the party that services it."""
    owner: str | None = None
    """Name of the party that owns it, where that is not the servicer."""
    client: bool = False
    """An account of a client: its owner is not a participant."""
    purpose: AccountPurpose = AccountPurpose.GENERAL
    tax_class: str = "exempt"
    own_key: bool = False
    """It signs with a key of its own name; else its holder or servicer signs."""

    @property
    def address(self) -> bytes:
        """16 bytes."""
        return address_of(self.name)

    @property
    def holder(self) -> bytes:
        """Participant that owns it."""
        return NO_ADDRESS if self.client else address_of(self.owner or self.servicer)

    @property
    def policy(self) -> KeyPolicy | None:
        """Own key policy, if it has one."""
        if not self.own_key:
            return None
        return KeyPolicy(threshold=1, keys=(Signer.from_seed(dev_seed(self.name)).public_key,))


def address_of(name: str) -> bytes:
    """Id of a party or an account of the local network: 16 bytes of a hash of its name."""
    return hashlib.sha256(_ADDRESS_DOMAIN + name.encode()).digest()[:16]


TREASURY = Party(
    name="treasury", title="Ministry of Finance", roles=(Role.TREASURY,), validator="treasury"
)
CENTRAL_BANK = Party(
    name="central-bank",
    title="State Bank",
    roles=(Role.CENTRAL_BANK,),
    keys=3,
    threshold=2,
    validator="central-bank",
)
SUPERVISOR = Party(
    name="supervisor",
    title="Securities Commission",
    roles=(Role.SECURITIES_REGULATOR, Role.VA_REGULATOR),
    validator="supervisor",
)
DEBT_OFFICE = Party(name="debt-office", title="Debt Office", validator="debt-office")
ISSUER = Party(name="issuer", title="Digital Rupee Company", roles=(Role.CASH_ISSUER,))
FIU = Party(name="fiu", title="Financial Monitoring Unit", roles=(Role.FIU,))
TAX = Party(name="tax", title="Board of Revenue", roles=(Role.TAX_AUTHORITY,))
MARKER = Party(name="marker", title="Financial Markets Association", roles=(Role.MARK_SOURCE,))
_BANK_ROLES = (Role.PRIMARY_DEALER, Role.BANK_CUSTODIAN)
BANK_1 = Party(name="bank-1", title="Indus Bank", roles=_BANK_ROLES)
BANK_2 = Party(name="bank-2", title="Ravi Bank", roles=_BANK_ROLES)
BANK_3 = Party(name="bank-3", title="Chenab Bank", roles=_BANK_ROLES)

PARTIES = (
    TREASURY, CENTRAL_BANK, SUPERVISOR, DEBT_OFFICE, ISSUER, FIU, TAX, MARKER,
    BANK_1, BANK_2, BANK_3,
)  # fmt: skip
BANKS = (BANK_1, BANK_2, BANK_3)


def _own(
    party: Party, suffix: str = "account", purpose: AccountPurpose = AccountPurpose.GENERAL
) -> Book:
    return Book(
        name=f"{party.name}-{suffix}",
        title=f"{party.title}, {suffix}",
        servicer=party.name,
        purpose=purpose,
    )


TREASURY_ACCOUNT = _own(TREASURY, purpose=AccountPurpose.TREASURY)
TAX_ACCOUNT = _own(TAX, purpose=AccountPurpose.TAX)
RESERVE_ACCOUNT = Book(
    name="reserve",
    title=f"Reserve behind {COIN}",
    servicer="central-bank",
    owner="issuer",
    purpose=AccountPurpose.RESERVE,
)
ISSUER_ACCOUNT = _own(ISSUER)
BANK_1_ACCOUNT = _own(BANK_1)
BANK_2_ACCOUNT = _own(BANK_2)
BANK_3_ACCOUNT = _own(BANK_3)
ALICE = Book(name="alice", title="Alice, client", servicer="bank-1", client=True, tax_class="filer")
BOB = Book(name="bob", title="Bob, client", servicer="bank-2", client=True, tax_class="non-filer")
CAROL = Book(
    name="carol",
    title="Carol, client with a key of her own",
    servicer="bank-1",
    client=True,
    tax_class="filer",
    own_key=True,
)
UNCLAIMED = tuple(_own(bank, "unclaimed", AccountPurpose.UNCLAIMED) for bank in BANKS)
BOOKS = (
    TREASURY_ACCOUNT, TAX_ACCOUNT, RESERVE_ACCOUNT, ISSUER_ACCOUNT,
    BANK_1_ACCOUNT, BANK_2_ACCOUNT, BANK_3_ACCOUNT,
    ALICE, BOB, CAROL, *UNCLAIMED,
)  # fmt: skip
