"""No order from a set: its iteration differs in every process, and so would the state root.

Rules of this file:
1. What is known to be a set: displays, comprehensions, set() and frozenset(), the operators and
   methods of sets, operators on dict.keys(), and names and attributes annotated or assigned so.
2. Asking is free (in, len, sorted, min, max, sum, any, all); walking is not.
3. Names are followed inside one function, attributes inside one module. mypy --strict does the
   rest: a set that comes in from elsewhere is annotated where it arrives.
"""

import ast
from collections.abc import Iterator

from tests.tidy.source import CORES, Finding, Rule, Source, dotted

SET_TYPES = {"set", "frozenset", "Set", "AbstractSet", "MutableSet", "KeysView"}
SET_METHODS = {"union", "intersection", "difference", "symmetric_difference"}
SET_OPERATORS = ast.BitOr | ast.BitAnd | ast.BitXor | ast.Sub
ORDER_FREE = {"sorted", "len", "min", "max", "sum", "any", "all", "set", "frozenset"}
ORDER_TAKING = {"list", "tuple", "enumerate", "zip", "iter", "next", "map", "filter", "dict"}
ORDER_TAKING_METHODS = {"join", "extend", "fromkeys"}
MESSAGE = "a set has no order: walk sorted(...) or a dict"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_set_type(annotation: ast.AST | None) -> bool:
    """Whether an annotation says set, also in `set[x] | None`."""
    match annotation:
        case ast.BinOp(left=left, right=right, op=ast.BitOr()):
            return is_set_type(left) or is_set_type(right)
        case None:
            return False
        case _:
            return dotted(annotation).rsplit(".", 1)[-1] in SET_TYPES


class Known:
    """Names and attributes that hold sets, as far as one module tells."""

    def __init__(self, names: set[str], attributes: set[str]) -> None:
        self.names = names
        self.attributes = attributes

    def is_set(self, node: ast.AST) -> bool:
        """Whether an expression is known to be a set."""
        match node:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Name(id=name):
                return name in self.names
            case ast.Attribute(attr=attr):
                return attr in self.attributes
            case ast.Call(func=ast.Name(id="set" | "frozenset")):
                return True
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in SET_METHODS:
                return self.is_set(value)
            case ast.BinOp(left=left, right=right, op=operator):
                sides = (left, right)
                return isinstance(operator, SET_OPERATORS) and any(
                    self.is_set(side) or is_keys_view(side) for side in sides
                )
            case ast.IfExp(body=body, orelse=orelse):
                return self.is_set(body) or self.is_set(orelse)
            case _:
                return False

    def learn(self, tree: ast.AST) -> None:
        """Add the names that an assignment or annotation under `tree` makes a set."""
        for node in ast.walk(tree):
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=kind):
                    if is_set_type(kind):
                        self.names.add(name)
                case ast.AnnAssign(target=ast.Attribute(attr=name), annotation=kind):
                    if is_set_type(kind):
                        self.attributes.add(name)
                case ast.arg(arg=name, annotation=kind):
                    if is_set_type(kind):
                        self.names.add(name)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    if self.is_set(value):
                        self.names.add(name)
                case ast.Assign(targets=[ast.Attribute(attr=name)], value=value):
                    if self.is_set(value):
                        self.attributes.add(name)
                case _:
                    pass


def is_keys_view(node: ast.AST) -> bool:
    """`d.keys()`: ordered itself, but any operator on it gives a set."""
    return isinstance(node, ast.Call) and dotted(node.func).endswith("keys")


def fields(tree: ast.Module) -> set[str]:
    """Names of class fields that are sets: `peers: set[str]` in a class body."""
    return {
        statement.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and is_set_type(statement.annotation)
    }


def walked(node: ast.AST, *, free: set[int]) -> list[ast.expr]:
    """The expressions that `node` walks in their order. `free` holds ids of order-free nodes."""
    match node:
        case ast.For(iter=iterated) | ast.YieldFrom(value=iterated) | ast.Starred(value=iterated):
            return [] if id(node) in free else [iterated]
        case ast.ListComp() | ast.DictComp() | ast.GeneratorExp():
            return [] if id(node) in free else [part.iter for part in node.generators]
        case ast.Call(func=ast.Name(id=name), args=arguments) if name in ORDER_TAKING:
            return [] if id(node) in free else list(arguments)
        case ast.Call(func=ast.Attribute(attr=name), args=arguments):
            return list(arguments) if name in ORDER_TAKING_METHODS else []
        case ast.Assign(targets=[ast.Tuple() | ast.List()], value=value):
            return [value]
        case _:
            return []


def order_free(tree: ast.AST) -> set[int]:
    """Ids of the expressions whose order is thrown away at once: `sorted(x for x in s)`, `{*s}`."""
    free: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in ORDER_FREE:
                free.update(id(argument) for argument in arguments)
            case ast.Set(elts=elements):
                free.update(id(element) for element in elements)
            case _:
                pass
    return free


def guilty(node: ast.AST, *, free: set[int]) -> list[ast.expr]:
    """What must not be a set in `node`: what it walks, and what it takes an arbitrary member of."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="pop"), args=[]):
            return [value]
        case _:
            return walked(node, free=free)


def unordered(source: Source) -> Iterator[Finding]:
    """Each place where the order of a set would decide something."""
    free = order_free(source.tree)
    module = Known(set(), fields(source.tree))
    for _ in range(2):  # twice: an attribute may be assigned below its first use
        Known(set(), module.attributes).learn(source.tree)
    for statement in source.tree.body:
        if not isinstance(statement, Function | ast.ClassDef):
            module.learn(statement)
    seen: set[int] = set()
    functions = [node for node in ast.walk(source.tree) if isinstance(node, Function)]
    for scope in (*functions, source.tree):  # an outer function comes before those inside it
        known = Known(set(module.names), module.attributes)
        if isinstance(scope, Function):
            known.learn(scope)
        for node in ast.walk(scope):
            if id(node) not in seen:
                seen.add(id(node))
                for expression in guilty(node, free=free):
                    if known.is_set(expression):
                        yield Finding(expression.lineno, ast.unparse(expression), MESSAGE)


RULES = (Rule("set-order", CORES, unordered),)
