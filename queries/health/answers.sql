-- Answers to surveys of satisfaction and recommendation, each on a scale from 0 to 100 by the scale of its kind that was valid on its
-- day (rules.survey_scales), so that answers before and after a change of scale can be compared. Of several answers of one person to
-- one kind the last one counts, the lowest of its day; an answer without a person stands for itself. Answers outside their scale, or
-- without one, are left out and counted by health.satisfaction_total.
--
-- grain: answer_no
-- check: points between 0 and 100
-- check: not (is_low and is_high)
-- column: answer_no count "Number of the answer"
-- column: customer_id text "Customer"
-- column: member_id text "Customer that answered, not the unit"
-- column: person_id text "Person"
-- column: kind text "Kind of survey"
-- column: answered_on date "Answered on"
-- column: score count "Score as given"
-- column: points count "Score on a scale from 0 to 100"
-- column: is_low bool "Low by its scale"
-- column: is_high bool "High by its scale"
-- column: is_on_scale bool "Within its scale"
-- column: is_last bool "The last answer of its person"
WITH scaled AS (
  SELECT
    u.unit_id AS customer_id,
    s.customer_id AS member_id,
    s.person_id,
    s.kind,
    s.answered_on,
    s.score,
    s.score BETWEEN r.lowest AND r.highest AS is_on_scale,
    CAST((s.score - r.lowest) * 100 AS DECIMAL(28, 8)) / (r.highest - r.lowest) AS points,
    s.score <= r.low_at_most AS is_low,
    s.score >= r.high_from AS is_high
  FROM staging.surveys s
  JOIN value.units u ON u.customer_id = s.customer_id
  LEFT JOIN rules.survey_scales r
    ON r.kind = s.kind AND (r.valid_from IS NULL OR r.valid_from <= s.answered_on) AND (r.valid_to IS NULL OR r.valid_to > s.answered_on)
  WHERE NOT u.is_internal AND s.kind IN ('satisfaction', 'nps')
),
numbered AS (
  SELECT *, row_number() OVER (ORDER BY answered_on, customer_id, member_id, kind, person_id, score) AS answer_no
  FROM scaled
)
SELECT
  CAST(answer_no AS BIGINT) AS answer_no,
  customer_id,
  member_id,
  person_id,
  kind,
  answered_on,
  score,
  CASE WHEN is_on_scale THEN CAST(points AS DECIMAL(18, 4)) END AS points,
  CASE WHEN is_on_scale THEN is_low END AS is_low,
  CASE WHEN is_on_scale THEN is_high END AS is_high,
  coalesce(is_on_scale, false) AS is_on_scale,
  coalesce(is_on_scale, false)
    AND (
      person_id IS NULL
      OR row_number() OVER (
        PARTITION BY member_id, person_id, kind, coalesce(is_on_scale, false)
        ORDER BY answered_on DESC, score, answer_no
      ) = 1
    ) AS is_last
FROM numbered
