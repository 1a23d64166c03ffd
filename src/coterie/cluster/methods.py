"""The ways to find groups: their names and a plain sentence each, for every face to ask."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """One way to find groups.

    Attributes
    ----------
    key : str
        As settings and bundles call it.
    name : str
        For people.
    tells : str
        What it does and when it is right, in a sentence.
    takes_k : bool
        Whether it is told how many groups to look for; else it finds the number itself.
    leaves_out : bool
        Whether it leaves customers out who are like no group.
    mixed : bool
        Whether categories take part beside numbers.
    ruled : bool
        Whether customers are sorted by a fixed rule, and no groups are looked for.
    """

    key: str
    name: str
    tells: str
    takes_k: bool = True
    leaves_out: bool = False
    mixed: bool = False
    ruled: bool = False


METHODS: dict[str, Method] = {
    method.key: method
    for method in (
        Method(
            "kmeans",
            "k-means",
            "Each customer belongs to the nearest centre: compact groups, and a placement that "
            "can be explained and repeated anywhere.",
        ),
        Method(
            "minibatch",
            "Mini-batch k-means",
            "Centres learnt from small batches of rows: nearly k-means, for tables of very many "
            "customers.",
        ),
        Method(
            "bisecting",
            "Bisecting k-means",
            "The widest group is halved again and again: segments that nest, of more even size.",
        ),
        Method(
            "mixture",
            "Gaussian mixture",
            "Groups may be long, tilted, dense or wide, and overlap: each customer gets a "
            "probability for each group.",
        ),
        Method(
            "ward",
            "Ward's tree",
            "Customers are joined two by two into ever larger groups, so that each join widens "
            "them least.",
        ),
        Method(
            "dbscan",
            "DBSCAN",
            "Groups of any shape wherever customers lie densely, at one density for all; whoever "
            "is far from them belongs to none.",
            takes_k=False,
            leaves_out=True,
        ),
        Method(
            "hdbscan",
            "HDBSCAN",
            "Groups of any shape and of differing density; whoever is far from them belongs to "
            "none.",
            takes_k=False,
            leaves_out=True,
        ),
        Method(
            "kprototypes",
            "k-prototypes",
            "Numbers and categories together, such as income and education: nearest by both.",
            mixed=True,
        ),
        Method(
            "famd",
            "FAMD and k-means",
            "Numbers and categories turned into a few common factors, on which k-means looks for "
            "groups.",
            mixed=True,
        ),
        Method(
            "rfm",
            "RFM grid",
            "The classic cells (Champions, At risk, Hibernating ...) by days since the last "
            "purchase, number of purchases and total spend: a rule that looks for no groups.",
            takes_k=False,
            ruled=True,
        ),
    )
}
"""Key -> method, in the order in which they are offered."""
