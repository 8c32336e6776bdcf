-- What to do about channels and the public pool, the soonest due first, then by what is at stake: leads for the pool, cost for channels.
-- Whoever hoards leads gives some back; whoever holds leads without a contact for too long calls them; leads that nobody known holds are
-- assigned; leads recycled without a contact are looked into; what has been unclaimed for too long is shared out. A channel that
-- rules.channel_test drops is ended; one at a loss that was tested long enough, and is not dropped, is put right; one worth far more
-- than it costs, with enough customers to tell, gets more. An action of the pool goes to the one who holds the leads, all else
-- to the head of sales (value.stand_in). None of them concerns a single customer, so none is named.
--
-- grain: position
-- empty_if_missing: acquisition.pool, acquisition.pool_reps, acquisition.channel_tests, acquisition.unit_economics
-- check: due_on >= $as_of
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Reason"
-- column: due_on date "Due on"
-- column: channel text "Channel"
-- column: leads count "Leads"
-- column: overdue count "Held for too long without a contact"
-- column: limit_days days "Days that are allowed"
-- column: cap count "Leads that one may hold"
-- column: cost money "Cost"
-- column: new_customers count "New customers"
-- column: cac money "Cost of a new customer"
-- column: median_cac money "Median cost of a new customer, over channels"
-- column: ltv_cac count "LTV/CAC"
-- column: value_at_stake money "Estimated value of the leads"
WITH days AS (
  SELECT action, days
  FROM rules.action_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
rule AS (
  SELECT *
  FROM rules.pool_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
careless AS (
  SELECT
    p.owner_id,
    p.owner_name,
    p.overdue,
    p.held,
    row_number() OVER (ORDER BY p.overdue DESC, p.owner_id) AS place
  FROM acquisition.pool_reps p
  WHERE p.overdue > 0 AND NOT p.is_hoarder AND p.owner_id <> 'unknown'
),
found AS (
  SELECT
    'release_leads' AS action,
    CASE WHEN p.overdue IS NULL THEN 'holds_at_limit' ELSE 'hoards_untouched' END AS why,
    p.owner_id,
    p.owner_name,
    p.held AS leads,
    p.overdue,
    r.recycle_days AS limit_days,
    r.holding_cap AS cap
  FROM acquisition.pool_reps p
  CROSS JOIN rule r
  WHERE p.is_hoarder
  UNION ALL BY NAME
  SELECT
    'contact_held_leads' AS action,
    'held_without_contact' AS why,
    c.owner_id,
    c.owner_name,
    c.held AS leads,
    c.overdue,
    r.recycle_days AS limit_days
  FROM careless c
  CROSS JOIN rule r
  WHERE c.place <= r.list_size
  UNION ALL BY NAME
  SELECT 'assign_adrift_leads' AS action, 'held_by_nobody' AS why, adrift AS leads
  FROM acquisition.pool
  WHERE adrift > 0
  UNION ALL BY NAME
  SELECT 'review_leaks' AS action, 'recycled_untouched' AS why, leaks AS leads, recycled AS cap
  FROM acquisition.pool
  WHERE leaks > 0
  UNION ALL BY NAME
  SELECT
    'share_out_stock' AS action,
    'unclaimed_too_long' AS why,
    old_stock AS leads,
    old_days AS limit_days,
    CAST(stock_value AS DOUBLE) * old_stock / stock AS value_at_stake
  FROM acquisition.pool
  WHERE old_stock > 0
  UNION ALL BY NAME
  SELECT
    'drop_channel' AS action,
    CASE test_reason WHEN 'no_customer' THEN 'channel_brings_nobody' ELSE 'channel_dear_and_few' END AS why,
    channel,
    cost,
    new_customers,
    cac,
    median_cac,
    ltv_cac
  FROM acquisition.channel_tests
  WHERE verdict = 'drop'
  UNION ALL BY NAME
  SELECT
    'fix_channel' AS action,
    'channel_at_a_loss' AS why,
    u.channel,
    u.cost,
    u.new_customers,
    u.cac,
    t.median_cac,
    u.ltv_cac
  FROM acquisition.unit_economics u
  JOIN acquisition.channel_tests t ON t.channel = u.channel
  WHERE u.verdict = 'loss' AND t.verdict = 'keep'
  UNION ALL BY NAME
  SELECT
    'fund_channel' AS action,
    'channel_worth_more' AS why,
    u.channel,
    u.cost,
    u.new_customers,
    u.cac,
    t.median_cac,
    u.ltv_cac
  FROM acquisition.unit_economics u
  JOIN acquisition.channel_tests t ON t.channel = u.channel
  WHERE u.is_under_invested AND NOT u.is_small_sample AND t.verdict = 'keep'
)
SELECT
  CAST(
    row_number() OVER (ORDER BY d.days, f.action, f.leads DESC NULLS LAST, f.cost DESC NULLS LAST, f.owner_id, f.channel) AS BIGINT
  ) AS position,
  CAST(NULL AS VARCHAR) AS customer_id,
  CAST(NULL AS VARCHAR) AS customer_name,
  coalesce(f.owner_id, h.owner_id) AS owner_id,
  coalesce(f.owner_name, h.owner_name) AS owner_name,
  f.action,
  f.why,
  $as_of + CAST(d.days AS INT) AS due_on,
  f.channel,
  f.leads,
  f.overdue,
  f.limit_days,
  f.cap,
  f.cost,
  f.new_customers,
  f.cac,
  f.median_cac,
  f.ltv_cac,
  f.value_at_stake
FROM found f
JOIN days d ON d.action = f.action
LEFT JOIN value.stand_in h ON h.region = ''
