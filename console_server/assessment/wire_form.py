"""Schemes and results as the API tells them; the translation alone."""

from collections.abc import Mapping, Sequence
from datetime import date

from console_server.assessment.commands import Assessed, stored_result
from console_server.assessment.periods import name_before, name_of
from console_server.assessment.score import IndicatorScore, Result, weights_of
from console_server.packs.assessment_rules import AssessmentScheme
from console_server.packs.pack import RulePack
from console_server.wire import assessment as wire


def schemes_to_wire(pack: RulePack, today: date) -> wire.Schemes:
    """The pack's schemes."""
    schemes = [_scheme(each, today) for each in pack.assessments]
    return wire.Schemes(pack.code, pack.name, pack.version, schemes)


def row_to_wire(each: Assessed) -> wire.AssessmentRow:
    """A line of the board."""
    result = each.shown
    return wire.AssessmentRow(
        subject_id=each.subject.subject_id,
        code=each.subject.code,
        name=each.subject.name,
        area_code=each.subject.area_code,
        area_name=each.subject.area_name,
        score=result.score,
        band=result.band,
        known=result.known,
        dimensions=[wire.ScoredDimension(part.code, part.score) for part in result.dimensions],
        revision=each.stored[0].revision if each.stored else None,
        changed=each.changed,
    )


def indicators_to_wire(
    result: Result, evidence: Mapping[str, Sequence[wire.Evidence]]
) -> list[wire.IndicatorResult]:
    """Every indicator, with what it counts."""
    found = [each for dimension in result.dimensions for each in dimension.indicators]
    return [_indicator(each, evidence.get(each.code, ())) for each in found]


def revisions_to_wire(each: Assessed) -> list[wire.Revision]:
    """The stored results, the latest first."""
    return [
        wire.Revision(
            revision=stored.revision,
            computed_at=stored.computed_at,
            computed_by=stored.computed_by,
            reason=stored.reason,
            score=stored_result(stored).score,
            band=stored_result(stored).band,
            pack_version=stored.pack_version,
            input_hash=stored.input_hash,
        )
        for stored in each.stored
    ]


def _indicator(each: IndicatorScore, evidence: Sequence[wire.Evidence]) -> wire.IndicatorResult:
    return wire.IndicatorResult(
        code=each.code,
        numerator=each.figure.numerator,
        denominator=each.figure.denominator,
        undecided=each.figure.undecided,
        value=each.figure.value,
        points=each.points,
        state=each.state,
        share=each.share,
        evidence=list(evidence),
    )


def _scheme(scheme: AssessmentScheme, today: date) -> wire.Scheme:
    weights = weights_of(scheme)
    return wire.Scheme(
        code=scheme.code,
        name=scheme.name,
        subject=scheme.subject,
        period=scheme.period,
        form=scheme.form,
        kinds=list(scheme.kinds),
        min_known=scheme.min_known,
        example=scheme.example,
        dimensions=[
            wire.SchemeDimension(
                code=dimension.code,
                name=dimension.name,
                share=sum(weights[each.code] for each in dimension.indicators),
                example=dimension.example,
                indicators=[
                    wire.SchemeIndicator(
                        code=each.code,
                        name=each.name,
                        source=each.source,
                        share=weights[each.code],
                        zero=each.zero,
                        full=each.full,
                        example=each.example,
                    )
                    for each in dimension.indicators
                ],
            )
            for dimension in scheme.dimensions
        ],
        bands=[
            wire.SchemeBand(
                code=band.code,
                name=band.name,
                min_score=band.min_score,
                tone=band.tone,
                stars=band.stars,
                example=band.example,
            )
            for band in scheme.bands
        ],
        current_period=name_of(scheme.period, today),
        last_period=name_before(scheme.period, today),
    )
