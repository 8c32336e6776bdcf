-- The weight score of every customer on the as-of date: the exact sum of its lines in scores.ledger. Customers are those who have
-- bought and have not left. The band (rules.score_bands) says which service and how much contact a customer calls for. What is
-- not known gives no points, so the share of rules with evidence stands beside the score: below that of rules.score_days it is thin.
--
-- grain: customer_id
-- order: score desc, customer_id
-- check: score_band is not null
-- total: sum(score) = (select coalesce(sum(points), 0) from scores.ledger)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: score count "Score"
-- column: attribute_points count "From attributes"
-- column: behaviour_points count "From behaviour"
-- column: order_points count "From orders"
-- column: device_points count "From devices"
-- column: score_band text "Band"
-- column: position count "Position of the band from the top"
-- column: rules_known count "Rules with evidence"
-- column: rules_all count "Rules"
-- column: known_share ratio "Share of rules with evidence"
-- column: is_thin bool "Too little is known"
-- column: tier text "Applied tier"
-- column: revenue money "Final revenue in the window"
-- column: score_before count "Score at the month-end before"
-- column: change count "Change since then"
-- column: score_band_before text "Band then"
-- column: position_before count "Its position"
WITH rule AS (
  SELECT min_known_share
  FROM rules.score_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  s.score,
  s.attribute_points,
  s.behaviour_points,
  s.order_points,
  s.device_points,
  s.band AS score_band,
  s.position,
  s.rules_known,
  s.rules_all,
  CAST(s.rules_known AS DOUBLE) / NULLIF(s.rules_all, 0) AS known_share,
  s.rules_known < r.min_known_share * s.rules_all AS is_thin,
  t.effective_tier AS tier,
  coalesce(t.revenue, 0) AS revenue,
  b.score AS score_before,
  s.score - b.score AS change,
  b.band AS score_band_before,
  b.position AS position_before
FROM scores.totals s
CROSS JOIN rule r
JOIN value.customers c ON c.customer_id = s.customer_id
LEFT JOIN scores.totals b ON b.customer_id = s.customer_id AND b.scored_on = month_start($as_of) - 1
LEFT JOIN tiers.current t ON t.customer_id = s.customer_id
WHERE s.scored_on = $as_of
