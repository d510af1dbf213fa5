"""The report as a table."""

from rich.console import Console
from rich.table import Table

from node.devnet.bench.plan import Report, Scenario


def print_report(report: Report) -> None:
    """To standard output."""
    console = Console(width=None if Console().is_terminal else 100)
    console.print(_figures(report))
    console.print(_stages(report))
    if report.scenario is not None:
        console.print(_scenario(report.scenario))


def _figures(report: Report) -> Table:
    table = Table(title=f"{report.validators} validators, {report.cores} cores", box=None)
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("note")
    sustained, half, idle = report.sustained, report.half_rate, report.idle
    table.add_row(
        "sustained",
        f"{sustained.transactions_per_second:.0f}/s",
        f"{sustained.seconds:.0f} s, slowest second {sustained.slowest_second}, "
        f"{sustained.transactions_per_block:.0f} a block, failed {sustained.failed}",
    )
    table.add_row(
        "signature bound",
        f"{report.signature_bound_per_second:.0f}/s",
        f"verify {report.verify_us:.1f} us; ratio {report.ratio_to_signature_bound:.2f}",
    )
    table.add_row(
        "finality at full load",
        f"{sustained.latency_p50_ms:.0f} ms",
        f"p50; p99 {sustained.latency_p99_ms:.0f} ms, {report.plan.outstanding} under way",
    )
    table.add_row(
        f"finality at {half.per_second}/s",
        f"{half.p50_ms:.1f} ms",
        f"p50; p99 {half.p99_ms:.1f} ms, highest {half.highest_ms:.0f} ms",
    )
    table.add_row(
        "finality, one at a time",
        f"{idle.p50_ms:.1f} ms",
        f"p50 of {idle.transactions}; p99 {idle.p99_ms:.1f} ms",
    )
    memory = ", ".join(f"{name} {size}" for name, size in report.memory_mb.items())
    table.add_row("memory", f"{max(report.memory_mb.values(), default=0)} MB", memory)
    table.add_row("disk", f"{report.disk_bytes_per_transaction:.0f} B", "a transaction and node")
    table.add_row(
        "machine", f"{report.machine_share_percent:.0f} %", "of all cores, nodes and generators"
    )
    equal = "equal on all nodes" if report.roots_equal else "DIFFERENT"
    table.add_row("state roots", equal, "")
    return table


def _stages(report: Report) -> Table:
    table = Table(title="CPU of one validator by stage", box=None)
    table.add_column("stage")
    table.add_column("us/transaction", justify="right")
    table.add_column("share", justify="right")
    for cost in report.stages:
        table.add_row(cost.stage, f"{cost.us_per_transaction:.1f}", f"{cost.share_percent:.1f} %")
    return table


def _scenario(scenario: Scenario) -> Table:
    table = Table(title=f"scenario {scenario.name}: {scenario.victim}", box=None)
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_row("rate before", f"{scenario.per_second_before:.0f}/s")
    table.add_row("rate meanwhile", f"{scenario.per_second_during:.0f}/s")
    table.add_row("p50 before", f"{scenario.p50_before_ms:.1f} ms")
    table.add_row("p50 afterwards", f"{scenario.p50_after_ms:.1f} ms")
    table.add_row("p99 before", f"{scenario.p99_before_ms:.1f} ms")
    table.add_row("p99 meanwhile", f"{scenario.p99_during_ms:.1f} ms")
    table.add_row("longest gap", f"{scenario.gap_longest_ms} ms")
    table.add_row("accepted and lost", str(scenario.unresolved))
    memory = f"{scenario.memory_before_mb} MB, {scenario.memory_during_mb} MB"
    table.add_row("memory before, meanwhile", memory)
    table.add_row("rejoined with the same root", "yes" if scenario.rejoined else "NO")
    for bound in scenario.bounds:
        sign, verdict = "<=" if bound.at_most else ">=", "held" if bound.held else "MISSED"
        table.add_row(bound.figure, f"{bound.measured:.1f} {sign} {bound.limit:.1f}: {verdict}")
    return table
