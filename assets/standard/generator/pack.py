#!/usr/bin/env python3
"""Write dictionary.json as the compact text that the program embeds.

One definition a line group, tab-separated, each with the mask of the versions that it holds for
(bit i = i-th version of the first line), so that what does not change between versions is stored
once. Usage: pack.py dictionary.json > dictionary.txt

  V <version> ...                                    once, first
  T <number> <kind> <mask> <name>                    a code table, its codes follow
  C <mask> <d = deprecated, else empty> <code> <description>
  S <id> <mask> <name>                               a segment, its fields follow
  F <name> <type> <usage> <max repetitions, 0 = unbounded> <max length> <table> <item>
  D <id> <mask> <name>                               a data type, its components follow
  P <name> <type> <usage> <max length> <table>
  M <id> <mask> <structure>
  E <code^event> <mask> <structure id> <description>

An empty place means that the sources do not say it.
"""
import json
import sys


def text(value):
    value = "" if value is None else str(value)
    assert not any(c in value for c in "\t\r\n"), value
    return value


def line(*places):
    sys.stdout.write("\t".join(text(p) for p in places) + "\n")


def table(number):
    return None if number is None else "%04d" % number


def main():
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    data = json.load(open(sys.argv[1], encoding="utf-8"))
    versions = data["versions"]
    line("V", *versions)
    for number, found in sorted(data["tables"].items()):
        line("T", number, found["type"], format(found["versions"], "x"), found["name"])
        for code, description, mask, *deprecated in found["values"]:
            line("C", format(mask, "x"), "".join(deprecated), code, description)

    def each(kind):
        """Each distinct definition of each id, with the mask of the versions that have it."""
        masks = {}
        for bit, version in enumerate(versions):
            for id, definition in data["v"][version][kind].items():
                key = (id, json.dumps(definition))
                masks[key] = masks.get(key, 0) | 1 << bit
        # By id, then by the first version that has it: neighbours are alike and compress well.
        for (id, definition), mask in sorted(masks.items(), key=lambda m: (m[0][0], m[1] & -m[1])):
            yield id, format(mask, "x"), json.loads(definition)

    for id, mask, found in each("segments"):
        line("S", id, mask, found["name"])
        for name, type, usage, repetitions, length, codes, item in found["fields"]:
            item = None if item is None else int(item)
            line("F", name, type, usage, repetitions, length, table(codes), item)
    for id, mask, found in each("datatypes"):
        line("D", id, mask, found["name"])
        for name, type, usage, length, codes in found["comps"]:
            line("P", name, type, usage, length, table(codes))
    for id, mask, found in each("structures"):
        line("M", id, mask, found)
    for id, mask, (structure, description) in each("events"):
        line("E", id, mask, structure, description)


main()
