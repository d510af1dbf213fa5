"""Tests of the operations of money, bonds, settlement and control."""
