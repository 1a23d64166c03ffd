"""The tree of the rules as a fitted scikit-learn model, for those who want one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie.insight.ruleset import Rules
from coterie.insight.trees import Tree

if TYPE_CHECKING:
    from sklearn.tree import DecisionTreeClassifier


def rebuild_tree(rules: Rules) -> DecisionTreeClassifier:
    """Return a fitted scikit-learn tree that answers as `rules` does, without any data.

    Takes raw columns in the order of `rules.columns`; answers segment ids. scikit-learn
    compares in float32, so a value within one part in ten million of a threshold may go the
    other way.
    """
    from sklearn.tree import DecisionTreeClassifier
    from sklearn.tree._tree import Tree as SklearnTree

    tree, ids = rules.tree, np.array(rules.segments, dtype=np.int64)
    sizes = tree.counts.sum(axis=1)
    shares = tree.counts / np.maximum(sizes, 1)[:, None]
    model = DecisionTreeClassifier(max_leaf_nodes=max(rules.n_leaves, 2), random_state=0)
    model.fit(np.zeros((len(ids), len(rules.columns)), dtype=np.float32), ids)
    state = model.tree_.__getstate__()
    nodes = np.zeros(len(tree.feature), dtype=state["nodes"].dtype)
    nodes["left_child"], nodes["right_child"] = tree.left, tree.right
    nodes["feature"] = np.where(tree.feature < 0, -2, tree.feature)
    single = np.clip(tree.threshold, *(np.finfo(np.float32).max * np.array([-1.0, 1.0])))
    nodes["threshold"] = np.where(tree.feature < 0, -2.0, single.astype(np.float32))
    nodes["impurity"] = 1.0 - (shares**2).sum(axis=1)
    nodes["n_node_samples"] = sizes
    nodes["weighted_n_node_samples"] = sizes
    nodes["missing_go_to_left"] = tree.missing_left & (tree.feature >= 0)
    built = SklearnTree(len(rules.columns), np.array([len(ids)], dtype=np.intp), 1)
    state |= {
        "max_depth": _depth(tree),
        "node_count": len(nodes),
        "nodes": nodes,
        "values": np.ascontiguousarray(shares[:, None, :], dtype=np.float64),
    }
    built.__setstate__(state)
    model.tree_ = built
    return model


def _depth(tree: Tree) -> int:
    """Return the length of the longest path."""
    depth = np.zeros(len(tree.feature), dtype=np.int64)
    for node in np.flatnonzero(tree.feature >= 0):
        depth[tree.left[node]] = depth[tree.right[node]] = depth[node] + 1
    return int(depth.max())
