-- Trainings given to each head customer in the window: days with a training that took place. Unknown for all when no training is on
-- record at all. Few is less than rules.trainings says.
--
-- grain: customer_id
-- order: trainings, revenue desc, customer_id
-- check: trainings >= 0
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from tiers.current where segment = 'head')
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier"
-- column: trainings count "Trainings in the window"
-- column: last_training_on date "Last training"
-- column: is_low bool "Few trainings"
-- column: revenue money "Final revenue in the window"
WITH given AS (
  SELECT DISTINCT u.unit_id AS customer_id, t.touched_on
  FROM staging.touches t
  JOIN value.units u ON u.customer_id = t.customer_id
  WHERE t.kind = 'training' AND t.done IS NOT FALSE AND NOT u.is_internal
),
acc AS (
  SELECT
    customer_id,
    count(CASE WHEN touched_on >= $window_start AND touched_on < $window_end THEN 1 END) AS trainings,
    max(touched_on) AS last_training_on
  FROM given
  GROUP BY customer_id
),
rule AS (
  SELECT t.min_trainings, g.is_recorded
  FROM rules.trainings t
  CROSS JOIN (SELECT count(*) > 0 AS is_recorded FROM given) g
  WHERE (t.valid_from IS NULL OR t.valid_from <= $as_of) AND (t.valid_to IS NULL OR t.valid_to > $as_of)
)
SELECT
  c.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  c.tier,
  CASE WHEN r.is_recorded THEN coalesce(a.trainings, 0) END AS trainings,
  a.last_training_on,
  CASE WHEN r.is_recorded THEN coalesce(a.trainings, 0) < r.min_trainings END AS is_low,
  c.revenue
FROM tiers.current c
CROSS JOIN rule r
LEFT JOIN acc a ON a.customer_id = c.customer_id
WHERE c.segment = 'head'
