-- The customers whose score changed most since the month-end before, with the two rules that did most of it.
--
-- grain: customer_id
-- order: size desc, revenue desc, customer_id
-- check: score_before + change = score
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: score_before count "Score before"
-- column: score count "Score now"
-- column: change count "Change"
-- column: size count "Change without sign"
-- column: score_band_before text "Band before"
-- column: score_band text "Band now"
-- column: first_rule text "Rule that moved it most"
-- column: first_change count "Its part"
-- column: second_rule text "Second rule"
-- column: second_change count "Its part"
-- column: n_rules count "Rules that changed"
-- column: revenue money "Final revenue in the window"
WITH parts AS (
  SELECT
    customer_id,
    max(CASE WHEN place = 1 THEN rule_id END) AS first_rule,
    max(CASE WHEN place = 1 THEN change END) AS first_change,
    max(CASE WHEN place = 2 THEN rule_id END) AS second_rule,
    max(CASE WHEN place = 2 THEN change END) AS second_change,
    count(*) AS n_rules
  FROM scores.moves
  GROUP BY customer_id
),
rule AS (
  SELECT list_size
  FROM rules.score_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
placed AS (
  SELECT
    s.*,
    p.first_rule,
    p.first_change,
    p.second_rule,
    p.second_change,
    p.n_rules,
    row_number() OVER (ORDER BY abs(s.change) DESC, s.revenue DESC, s.customer_id) AS place
  FROM scores.current s
  JOIN parts p ON p.customer_id = s.customer_id
  WHERE s.change <> 0
)
SELECT
  p.customer_id,
  p.customer_name,
  p.owner_id,
  p.owner_name,
  p.score_before,
  p.score,
  p.change,
  abs(p.change) AS size,
  p.score_band_before,
  p.score_band,
  p.first_rule,
  p.first_change,
  p.second_rule,
  p.second_change,
  p.n_rules,
  p.revenue
FROM placed p
CROSS JOIN rule r
WHERE p.place <= r.list_size
