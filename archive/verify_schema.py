"""Whether the database holds what the models promise: constraints, looked at once more.

A constraint that was not validated, was dropped by hand, or was off while a backup was loaded
promises nothing; so each is asked of the rows themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from django.db import connection, models
from django.db.models import Count, Exists, OuterRef, Q

from archive.finding import SHOWN, Finding
from archive.verify import ask

Model = type[models.Model]
_RESTORE = "Restore a backup, or remove the wrong rows by hand; `migrate` makes what is missing."
_CHECKS = """
SELECT relname, conname, pg_get_expr(conbin, conrelid), convalidated
  FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
 WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('c', 'f', 'u', 'p')
"""
_INDEXES = """
SELECT pg_class.relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
 WHERE indrelid = ANY(%s::regclass[])
"""


def schema(kept: Iterable[Model]) -> Iterator[Finding]:
    """Doubles, references and constraints of these models' tables."""
    kept = list(kept)
    yield _finding("doubles", "nothing is there twice", chain.from_iterable(map(_doubles, kept)))
    yield _finding(
        "references", "every row refers to one that is there", chain.from_iterable(map(_lost, kept))
    )
    yield _finding("constraints", "every constraint is there, valid and kept", _constraints(kept))


def _finding(name: str, rule: str, broken: Iterable[tuple[int, str]]) -> Finding:
    found = list(broken)
    count = sum(times for times, _ in found)
    return Finding(name, rule, _RESTORE, count, [example for _, example in found][:SHOWN])


def _doubles(model: Model) -> Iterator[tuple[int, str]]:
    """For every uniqueness: how many values are there more than once."""
    for fields, condition in _unique(model):
        here = model._base_manager.filter(condition).order_by()
        twice = here.values(*fields).annotate(times=Count("pk")).filter(times__gt=1)
        if count := twice.count():
            example = here.filter(**{name: twice[0][name] for name in fields})
            yield count, f"{model._meta.db_table} {example.values_list('pk', flat=True)[0]}"


def _unique(model: Model) -> Iterator[tuple[tuple[str, ...], Q]]:
    """Fields that are unique together, and of which rows; NULL is never the same as NULL."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            fields = tuple(constraint.fields)
            yield fields, (constraint.condition or Q()) & _filled(fields)
    for field in model._meta.concrete_fields:
        if field.unique:
            yield (field.attname,), _filled((field.attname,))


def _filled(fields: tuple[str, ...]) -> Q:
    return Q(**{f"{name}__isnull": False for name in fields})


def _lost(model: Model) -> Iterator[tuple[int, str]]:
    """For every foreign key: how many rows point nowhere."""
    for field in model._meta.concrete_fields:
        target = field.related_model
        if not isinstance(field, models.ForeignKey) or not isinstance(target, type):
            continue
        there = Exists(target._base_manager.filter(pk=OuterRef(field.attname)))
        pointing = model._base_manager.filter(**{f"{field.attname}__isnull": False})
        lost = pointing.filter(~there).order_by("pk").values_list("pk", flat=True)
        if count := lost.count():
            yield count, f"{model._meta.db_table} {lost[0]} {field.attname}"


def _constraints(kept: list[Model]) -> Iterator[tuple[int, str]]:
    names = [model._meta.db_table for model in kept]
    with connection.cursor() as cursor:
        cursor.execute(_CHECKS, [names])
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, [names])
        indexes = dict(cursor.fetchall())
    there = {name for _, name, _, _ in constraints} | indexes.keys()
    yield from _missing(kept, there)
    yield from ((1, f"{name} is not valid") for name, is_valid in indexes.items() if not is_valid)
    for table, name, expression, is_valid in constraints:
        if not is_valid:
            yield 1, f"{name} was never validated"
        if expression:
            # NULL passes a CHECK, as it does here.
            count, _ = ask(f'SELECT ctid::text FROM "{table}" WHERE NOT ({expression})')  # noqa: S608
            if count:
                yield count, name


def _missing(kept: list[Model], there: set[str]) -> Iterator[tuple[int, str]]:
    for model in kept:
        for promise in (*model._meta.constraints, *model._meta.indexes):
            if promise.name not in there:
                yield 1, f"{promise.name} is missing"
