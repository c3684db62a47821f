"""Facts to make reports of: ordinary, hostile, huge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from normball.report import Alert, Choice, Coefficient, Facts, Penalty, Proof, Recipe, judge

HOSTILE = [
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror=\"window.hacked = 1\">",
    "\" onmouseover=\"window.hacked = 1\" '",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "]]>",
    "$x_1$ & co",
    "two\nlines\tand a tab\r\0",
    "👩‍👩‍👧 emoji Ünïcode 価格",
    "right\u202eto left",
    "lone \ud800 surrogate",
    "line\u2028separator",
    "=1+1",
    "w" * 1000,
    "",
]  # fmt: skip


def outcomes(rows: int = 400):
    """(eta, y) of a model that is worth something, with ties."""
    rng = np.random.default_rng(3)
    eta = np.round(rng.normal(0.5, 2.0, rows), 1)
    y = (rng.random(rows) < 1.0 / (1.0 + np.exp(-eta))).astype(int)
    return eta, y


def ordinary() -> Facts:
    eta, y = outcomes()
    return Facts(
        data="people.csv",
        target="bought",
        positive="yes",
        negative="no",
        rows=1600,
        columns=4,
        base_rate=0.56,
        penalty=Penalty(0.00083, 0.0, True, 1200.0, "C = 1, as asked."),
        proof=Proof("certified", "Certified: it is.", 1e-9, 2e-9, 1e-8, 0.4, 0.68, 7.0, 3, "anchored", 1e-6),
        intercept=-0.25,
        coefficients=(
            Coefficient("age", "age", 0.03, 12.0),
            Coefficient("sex=female", "sex", -0.4, 0.5, "male"),
            Coefficient("income", "income", 0.0, 900.0),
        ),
        recipe=Recipe("normball fit people.csv --target bought", 0, "ab" * 32, (("normball", "0.1.0"),)),
        judgement=judge(eta, y, null_eta=0.2),
        alerts=(Alert("leak", "serious", "“age” alone says it all.", "age"),),
        references=(("sex", "male"),),
        imputations=(("age", "the mean, 41"),),
        set_aside=(("id", "id", "a value of its own in every row"),),
        judged="The coefficients shown are of all rows.",
        notes=("Three rows have no target and are left out.",),
        choice=choice(("age", "dose")),
    )


def choice(names, count: int = 30) -> Choice:
    """A curve with its smallest loss inside, and straight lines for the columns."""
    k = np.arange(count)
    mean = 0.5 + 0.002 * (k - 20) ** 2 / 20
    return Choice(
        splits=10, lams=tuple(10.0 ** (-0.1 * k)), mean=tuple(mean), se=tuple(0.01 + 0.0 * mean),
        features=tuple(k.tolist()), at_min=20, at_1se=10, chosen=20,
        lines=tuple((name, tuple(0.1 * (j + 1) * k / count)) for j, name in enumerate(names)),
        compared=tuple((name, 0.01, 0.5, 0.0, 0.01, 3) for name in names),
    )  # fmt: skip


def hostile(word: str) -> Facts:
    """The same, with one word wherever a string may stand."""
    facts = ordinary()
    return replace(
        facts,
        **dict.fromkeys(("data", "target", "positive", "negative"), word),
        penalty=replace(facts.penalty, why=word),
        proof=replace(facts.proof, words=word, strategy=word),
        coefficients=tuple(replace(c, name=word, source=word, reference=word) for c in facts.coefficients),
        recipe=Recipe(word, 0, word, ((word, word),)),
        alerts=(Alert(word, "note", word, word), Alert("leak", "serious", word, word)),
        references=((word, word),),
        imputations=((word, word),),
        set_aside=((word, word, word),),
        judged=word,
        notes=(word,),
        choice=choice((word, word)),
    )


def huge(columns: int = 2000, name: str = "a column of ordinary length") -> Facts:
    rng = np.random.default_rng(5)
    coef = rng.normal(size=columns)
    eta, y = outcomes(20_000)
    names = [f"{name} {j}" for j in range(columns)]
    facts = ordinary()
    return replace(
        facts,
        coefficients=tuple(Coefficient(n, n, float(w), 1.0) for n, w in zip(names, coef, strict=True)),
        judgement=judge(eta + rng.normal(size=20_000), y, null_eta=0.2),
        alerts=tuple(Alert("constant", "note", f"{n} is constant. " + name, n) for n in names),
        references=tuple((n, n) for n in names),
        imputations=tuple((n, name) for n in names),
        set_aside=tuple((n, "constant", name) for n in names),
        notes=tuple(names),
        choice=choice(names[:20], 100),
        recipe=Recipe(name * 100, 0, name * 100, tuple((n, n) for n in names)),
    )
