-- What key accounts get to know, by month, the last thirteen full ones: trainings held with head customers (days with a training that
-- took place), how many of those customers had one, and trainings of our own people (with internal customers, or with
-- nobody named as a customer, lead or opportunity), which make colleagues able to help. Head customers are those of tiers.current.
--
-- grain: month
-- column: month month "Month"
-- column: trainings count "Trainings with head customers"
-- column: trained_customers count "Head customers trained"
-- column: head_customers count "Head customers"
-- column: trained_share ratio "Share of head customers trained"
-- column: enablements count "Trainings of our own people"
-- column: is_small_sample bool "Too few head customers for a share to mean much"
WITH months AS (
  SELECT period_start AS month, period_end AS month_end FROM review.spans WHERE span = 'full_month'
),
given AS (
  SELECT DISTINCT
    month_start(t.touched_on) AS month,
    t.touched_on,
    u.unit_id,
    h.customer_id IS NOT NULL AS is_head,
    coalesce(u.is_internal, t.customer_id IS NULL AND t.lead_id IS NULL AND t.opportunity_id IS NULL) AS is_own,
    CASE WHEN u.unit_id IS NULL THEN t.team END AS team
  FROM staging.touches t
  LEFT JOIN value.units u ON u.customer_id = t.customer_id
  LEFT JOIN tiers.current h ON h.customer_id = u.unit_id AND h.segment = 'head'
  WHERE t.kind = 'training' AND t.done IS NOT FALSE
),
sums AS (
  SELECT
    month,
    count(CASE WHEN is_head THEN 1 END) AS trainings,
    count(DISTINCT CASE WHEN is_head THEN unit_id END) AS trained_customers,
    count(CASE WHEN is_own THEN 1 END) AS enablements
  FROM given
  GROUP BY month
),
head AS (
  SELECT count(*) AS n FROM tiers.current WHERE segment = 'head'
),
known AS (
  -- Trainings are on record from the month of the first one; contacts alone do not tell that there was none.
  SELECT min(month) AS first_month FROM sums
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  m.month,
  coalesce(s.trainings, 0) AS trainings,
  coalesce(s.trained_customers, 0) AS trained_customers,
  h.n AS head_customers,
  CAST(coalesce(s.trained_customers, 0) AS DOUBLE) / NULLIF(h.n, 0) AS trained_share,
  coalesce(s.enablements, 0) AS enablements,
  h.n < r.min_units AS is_small_sample
FROM months m
CROSS JOIN head h
CROSS JOIN known k
CROSS JOIN rule r
LEFT JOIN sums s ON s.month = m.month
WHERE m.month >= k.first_month
