-- Whether visits by tail keywords convert better than those by head keywords, put to the test with counts. The difference counts when
-- chi-squared of the two-by-two table (tail or head, converted or not) reaches what rules.keywords asks for. It is not judged when a
-- kind has too few visits for a rate, or would have too few conversions if both converted alike (rules.small_samples).
-- Keywords with our brand are left out: who types it knows us already, and would make either side look good.
--
-- grain: as_of
-- check: verdict in ('tail_better', 'tail_worse', 'no_difference', 'too_few', 'unknown')
-- check: has_tail_better = (verdict = 'tail_better')
-- column: as_of date "As of"
-- column: verdict text "What the counts say"
-- column: has_tail_better bool "Tail keywords convert better"
-- column: head_visits count "Visits by head keywords"
-- column: head_converted count "Of these converted"
-- column: head_conversion ratio "Conversion of head keywords"
-- column: tail_visits count "Visits by tail keywords"
-- column: tail_converted count "Of these converted"
-- column: tail_conversion ratio "Conversion of tail keywords"
-- column: times ratio "Conversion of the tail for that of the head"
-- column: chi_squared ratio "Chi-squared"
WITH counts AS (
  SELECT
    coalesce(sum(CASE WHEN keyword_class = 'head' THEN judged_visits END), 0) AS head_visits,
    coalesce(sum(CASE WHEN keyword_class = 'head' THEN converted END), 0) AS head_converted,
    coalesce(sum(CASE WHEN keyword_class = 'tail' THEN judged_visits END), 0) AS tail_visits,
    coalesce(sum(CASE WHEN keyword_class = 'tail' THEN converted END), 0) AS tail_converted
  FROM acquisition.keyword_classes
),
tested AS (
  SELECT
    *,
    head_visits + tail_visits AS all_visits,
    head_converted + tail_converted AS all_converted,
    tail_converted * head_visits - head_converted * tail_visits AS lead_of_tail
  FROM counts
),
scored AS (
  SELECT
    *,
    CAST(lead_of_tail AS DOUBLE) * CAST(lead_of_tail AS DOUBLE) * CAST(all_visits AS DOUBLE)
    / NULLIF(
      CAST(head_visits AS DOUBLE) * CAST(tail_visits AS DOUBLE) * CAST(all_converted AS DOUBLE)
      * CAST(all_visits - all_converted AS DOUBLE),
      0
    ) AS chi_squared
  FROM tested
),
judged AS (
  SELECT
    c.*,
    CASE
      WHEN c.all_visits = 0 THEN 'unknown'
      WHEN least(c.head_visits, c.tail_visits) < s.min_rate_units
        OR c.all_converted * least(c.head_visits, c.tail_visits) < s.min_units * c.all_visits
        OR c.chi_squared IS NULL
      THEN 'too_few'
      WHEN c.chi_squared < CAST(k.min_chi_squared AS DOUBLE) THEN 'no_difference'
      WHEN c.lead_of_tail > 0 THEN 'tail_better'
      ELSE 'tail_worse'
    END AS verdict
  FROM scored c
  CROSS JOIN rules.keywords k
  CROSS JOIN rules.small_samples s
  WHERE (k.valid_from IS NULL OR k.valid_from <= $as_of) AND (k.valid_to IS NULL OR k.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  verdict,
  verdict = 'tail_better' AS has_tail_better,
  head_visits,
  head_converted,
  CAST(head_converted AS DOUBLE) / NULLIF(head_visits, 0) AS head_conversion,
  tail_visits,
  tail_converted,
  CAST(tail_converted AS DOUBLE) / NULLIF(tail_visits, 0) AS tail_conversion,
  CAST(tail_converted * head_visits AS DOUBLE) / NULLIF(CAST(head_converted * tail_visits AS DOUBLE), 0) AS times,
  chi_squared
FROM judged
