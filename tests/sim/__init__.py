"""The deterministic simulator: whole nodes on simulated disks, clocks, links and clients.

What runs is the product: consensus core, ledger, executor, mempool, gossip, intake, inbound, sync,
signing desk and sign guard, wired by node/shell.py. What is simulated is what surrounds a process.

    loop, streams     virtual time; random streams with names
    disk, store       what a kernel shows and what a power cut leaves; one synced batch or none
    keys, genesis     signatures nobody can forge; a network of any size
    network           links
    node, watch       one machine, whose process may die before any of its effects; who looks on
    plan, faults      what a seed draws; how each fault is done and undone
    workload          clients
    set_changes       who changes the validator set meanwhile
    world             all of it together, and the hash over everything seen
    chain_checks, vote_checks, mirror, justified, bounds      what must hold, after every event
    execution         safety phase, liveness phase, quiet
    campaign, shrink  many seeds; what few faults a failure needs
"""
