-- Customers with a plan to open stores, and whether to offer them money in advance: a plan of at least the ratio of
-- rules.expansion to the stores that exist, made not more than so many months ago, by a customer whose need is cash for openings
-- (`opening_cash`). The plan counts as the number to add, or as the number there will be when `plan_is_total` says so; when that
-- is unknown it is read as the number to add, and both readings are shown. A plan without a day has an unknown age and does not
-- trigger; a plan made after the as-of date is left out.
-- The plan of each member of a group is judged by itself. The group is where its member with the best plan is, in the order
-- triggered, other need, need unknown, too small, age unknown, outdated, no stores; stores and plans are the sums of all its
-- members that are there, and its day is that of the oldest of these plans.
-- A trigger is worth an offer from the revenue in the window that rules.expansion asks for; whoever buys less, or never bought,
-- is listed all the same.
--
-- grain: customer_id
-- order: is_triggered desc, is_worth_it desc, planned_new desc, customer_id
-- needs: staging.customers.planned_store_count
-- check: not (is_triggered and is_outdated)
-- check: is_triggered = (plan_state = 'triggered')
-- check: is_triggered or not is_worth_it
-- check: n_plans > 0
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: is_key bool "Key account"
-- column: is_prospect bool "Never bought"
-- column: n_plans count "Members of the group whose plans these are"
-- column: existing_stores count "Stores"
-- column: planned_stores count "Planned stores as noted"
-- column: plan_is_total bool "The plan is the total to be reached"
-- column: is_unclear bool "A plan does not say whether it is the number to add or the total"
-- column: planned_new count "Stores to be added"
-- column: expansion_ratio ratio "Stores to be added per store"
-- column: ratio_if_added ratio "The same if the plan is the number to add"
-- column: ratio_if_total ratio "The same if the plan is the total"
-- column: plan_made_on date "Day of the plan"
-- column: plan_age_days days "Age of the plan"
-- column: is_outdated bool "The plan is too old"
-- column: need_type text "Need"
-- column: is_triggered bool "Plans many stores and needs cash"
-- column: is_worth_it bool "Offer money in advance: triggered, and large enough"
-- column: plan_state text "What comes of the plan"
-- column: revenue money "Final revenue in the window"
WITH rule AS (
  SELECT min_ratio, max_plan_months, min_revenue
  FROM rules.expansion
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
plans AS (
  SELECT
    u.unit_id,
    s.store_count,
    s.planned_store_count,
    s.plan_is_total,
    CASE WHEN s.plan_is_total THEN s.planned_store_count - s.store_count ELSE s.planned_store_count END AS planned_new,
    s.plan_made_on,
    s.plan_made_on < month_add($as_of, -r.max_plan_months) AS is_outdated,
    s.need_type,
    r.min_ratio
  FROM staging.customers s
  JOIN value.units u ON u.customer_id = s.customer_id
  CROSS JOIN rule r
  WHERE NOT u.is_internal AND s.planned_store_count IS NOT NULL AND (s.plan_made_on IS NULL OR s.plan_made_on <= $as_of)
),
judged AS (
  SELECT
    *,
    CASE
      WHEN store_count IS NULL OR store_count <= 0 THEN 'no_stores'
      WHEN is_outdated THEN 'outdated'
      WHEN plan_made_on IS NULL THEN 'age_unknown'
      WHEN planned_new < min_ratio * store_count THEN 'too_small'
      WHEN need_type IS NULL THEN 'need_unknown'
      WHEN need_type <> 'opening_cash' THEN 'other_need'
      ELSE 'triggered'
    END AS plan_state
  FROM plans
),
states AS (
  SELECT *
  FROM (
    VALUES ('triggered', 1), ('other_need', 2), ('need_unknown', 3), ('too_small', 4), ('age_unknown', 5), ('outdated', 6), ('no_stores', 7)
  ) AS s (plan_state, position)
),
best AS (
  SELECT j.*, s.position
  FROM judged j
  JOIN states s ON s.plan_state = j.plan_state
  QUALIFY s.position = min(s.position) OVER (PARTITION BY j.unit_id)
),
acc AS (
  SELECT
    unit_id,
    min(plan_state) AS plan_state,
    count(*) AS n_plans,
    sum(store_count) AS store_count,
    sum(planned_store_count) AS planned_store_count,
    CASE WHEN count(plan_is_total) = count(*) AND bool_and(plan_is_total) = bool_or(plan_is_total) THEN bool_or(plan_is_total) END AS plan_is_total,
    count(plan_is_total) < count(*) AS is_unclear,
    CASE WHEN count(planned_new) = count(*) THEN sum(planned_new) END AS planned_new,
    min(plan_made_on) AS plan_made_on,
    bool_or(is_outdated) AS is_outdated,
    CASE WHEN min(need_type) = max(need_type) AND count(need_type) = count(*) THEN min(need_type) END AS need_type
  FROM best
  GROUP BY unit_id
)
SELECT
  c.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  a.customer_id IS NOT NULL AS is_key,
  c.is_prospect,
  j.n_plans,
  j.store_count AS existing_stores,
  j.planned_store_count AS planned_stores,
  j.plan_is_total,
  j.is_unclear,
  j.planned_new,
  CASE WHEN j.store_count > 0 THEN CAST(j.planned_new AS DOUBLE) / j.store_count END AS expansion_ratio,
  CASE WHEN j.store_count > 0 THEN CAST(j.planned_store_count AS DOUBLE) / j.store_count END AS ratio_if_added,
  CASE WHEN j.store_count > 0 THEN CAST(j.planned_store_count - j.store_count AS DOUBLE) / j.store_count END AS ratio_if_total,
  j.plan_made_on,
  $as_of - j.plan_made_on AS plan_age_days,
  j.is_outdated,
  j.need_type,
  j.plan_state = 'triggered' AS is_triggered,
  j.plan_state = 'triggered' AND coalesce(v.revenue, 0) >= r.min_revenue AS is_worth_it,
  j.plan_state,
  coalesce(v.revenue, 0) AS revenue
FROM acc j
CROSS JOIN rule r
JOIN value.customers c ON c.customer_id = j.unit_id
LEFT JOIN key_accounts.accounts a ON a.customer_id = c.customer_id
LEFT JOIN value.contribution v ON v.customer_id = c.customer_id
