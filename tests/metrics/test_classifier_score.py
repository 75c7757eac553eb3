import math

import pytest
import torch

from latentstudio.metrics.classifier_score import classifier_score


def test_certain_and_varied_scores_the_number_of_values() -> None:
    found = classifier_score(torch.eye(5).repeat(40, 1))
    assert found.mean == pytest.approx(5)
    assert found.spread == pytest.approx(0, abs=1e-12)


def test_always_the_same_scores_one() -> None:
    assert classifier_score(torch.tensor([[0.7, 0.2, 0.1]]).repeat(30, 1)).mean == pytest.approx(1)
    assert classifier_score(torch.tensor([[1.0, 0.0]]).repeat(30, 1)).mean == pytest.approx(1)


def test_half_certain_is_in_between() -> None:
    # p(y|x) is (3/4, 1/4) or the reverse: exp(log 2 - H(1/4)).
    p = torch.tensor([[0.75, 0.25], [0.25, 0.75]]).repeat(50, 1)
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert classifier_score(p).mean == pytest.approx(2 / math.exp(entropy))


def test_splits_are_scored_each_for_itself() -> None:
    p = torch.cat([torch.eye(2).repeat(10, 1), torch.tensor([[1.0, 0.0]]).repeat(20, 1)])
    found = classifier_score(p, splits=2)
    assert (found.mean, found.spread) == (pytest.approx(1.5), pytest.approx(0.5))
    assert classifier_score(p[:3], splits=10).mean == pytest.approx(1)  # a picture a split
