-- Contacts by people against the plan for the weight of the customer (rules.contact_plan), over the last full months
-- (rules.visit_window). Several colleagues on one day, or several contacts of one kind on one day, are one contact. Mass
-- mailings are counted apart. A customer who has opted out is not judged. One whose first sale lies in those months cannot
-- have had too few. The result is empty for a weight without a plan. Whether customers have opted out is empty when
-- opt-outs are not known.
--
-- grain: customer_id
-- order: position, human_touches desc, customer_id
-- empty_if_missing: coverage.opt_outs, coverage.opt_out_breaches
-- check: result in ('under', 'right', 'over', 'opted_out')
-- check: planned_min <= planned_max
-- total: count(*) = (select count(*) from tiers.current)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: band text "Weight"
-- column: position count "Position of the weight from the top"
-- column: revenue money "Final revenue in the window"
-- column: human_touches count "Contacts by people"
-- column: campaign_touches count "Mass mailings"
-- column: last_contact_on date "Last contact in those months"
-- column: planned_min count "Planned at least"
-- column: planned_max count "Planned at most"
-- column: result text "Too few, right, too many or opted out"
-- column: excess count "Contacts above the plan, or below it when negative"
-- column: opted_out bool "Has opted out"
-- column: opted_out_on date "Opted out on"
-- column: n_after_opt_out count "Contacts after opting out"
WITH span AS (
  SELECT month_add(month_start($as_of + 1), -contact_months) AS first_on, month_start($as_of + 1) AS end_on
  FROM rules.visit_window
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
made AS (
  SELECT
    d.customer_id,
    sum(CASE WHEN d.is_human THEN 1 ELSE 0 END) AS human_touches,
    sum(CASE WHEN NOT d.is_human THEN 1 ELSE 0 END) AS campaign_touches,
    max(d.touched_on) AS last_contact_on
  FROM coverage.contact_days d
  CROSS JOIN span s
  WHERE d.touched_on >= s.first_on AND d.touched_on < s.end_on
  GROUP BY d.customer_id
),
plan AS (
  SELECT band, min_touches, max_touches
  FROM rules.contact_plan
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
judged AS (
  SELECT
    w.customer_id,
    c.customer_name,
    c.owner_id,
    c.owner_name,
    w.band,
    w.position,
    v.revenue,
    coalesce(m.human_touches, 0) AS human_touches,
    coalesce(m.campaign_touches, 0) AS campaign_touches,
    m.last_contact_on,
    CASE WHEN c.first_sale_on >= s.first_on AND p.band IS NOT NULL THEN 0 ELSE p.min_touches END AS planned_min,
    p.max_touches AS planned_max,
    CASE WHEN k.has_opt_outs THEN o.customer_id IS NOT NULL END AS opted_out,
    o.opted_out_on,
    CASE WHEN k.has_opt_out_days THEN coalesce(b.n_after_opt_out, 0) END AS n_after_opt_out
  FROM coverage.weights w
  CROSS JOIN span s
  CROSS JOIN coverage.known k
  JOIN tiers.current v ON v.customer_id = w.customer_id
  JOIN value.customers c ON c.customer_id = w.customer_id
  LEFT JOIN plan p ON p.band = w.band
  LEFT JOIN made m ON m.customer_id = w.customer_id
  LEFT JOIN coverage.opt_outs o ON o.customer_id = w.customer_id
  LEFT JOIN coverage.opt_out_breaches b ON b.customer_id = w.customer_id
)
SELECT
  customer_id,
  customer_name,
  owner_id,
  owner_name,
  band,
  position,
  revenue,
  human_touches,
  campaign_touches,
  last_contact_on,
  planned_min,
  planned_max,
  CASE
    WHEN opted_out THEN 'opted_out'
    WHEN human_touches < planned_min THEN 'under'
    WHEN human_touches > planned_max THEN 'over'
    WHEN human_touches BETWEEN planned_min AND planned_max THEN 'right'
  END AS result,
  CASE
    WHEN opted_out THEN NULL
    WHEN human_touches > planned_max THEN human_touches - planned_max
    WHEN human_touches < planned_min THEN human_touches - planned_min
    WHEN human_touches BETWEEN planned_min AND planned_max THEN 0
  END AS excess,
  opted_out,
  opted_out_on,
  n_after_opt_out
FROM judged
