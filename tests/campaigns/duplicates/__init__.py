"""The same transactions again and again, to all nodes: each enters once, no known one is lost.

make duplicates              10,000 submissions and more, as in CI
make duplicates SIZE=full    100,000 and more
"""
