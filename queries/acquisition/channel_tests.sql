-- Keep, test or drop: what each channel has shown so far. Leads are judged once a median cycle has passed since they were created
-- (acquisition.cycle); qualified and won are of these leads. A channel is tested on until it has as many of them as rules.channel_test asks
-- for, so that a young one is protected; and as long as its cost is not known. After that it is dropped when a new customer
-- costs more than a multiple of the median of the judged channels and it brings less than a share of the new customers with a known
-- channel; one that has cost and brought no new customer is dropped, too. All others are kept.
-- Ranks are among the judged channels: by cost of a new customer, by LTV/CAC, by the rate of qualified leads.
--
-- grain: channel
-- order: position, cac desc, channel
-- empty_if_missing: acquisition.unit_economics, staging.channels
-- check: verdict in ('keep', 'test', 'drop')
-- check: won <= judged_leads and qualified <= judged_leads and judged_leads <= leads
-- check: verdict <> 'drop' or judged_leads >= min_leads
-- column: channel text "Channel"
-- column: position count "Position of the verdict"
-- column: line text "Online or offline"
-- column: mode text "Mode"
-- column: first_lead_on date "First lead"
-- column: leads count "Leads"
-- column: judged_leads count "Of these at least one median cycle old"
-- column: min_leads count "Leads that are asked for"
-- column: qualified count "Of the judged leads qualified"
-- column: qualified_rate ratio "Rate of qualified leads"
-- column: won count "Of the judged leads won"
-- column: win_rate ratio "Win rate"
-- column: new_customers count "New customers in the window"
-- column: win_share ratio "Share of the new customers"
-- column: cost money "Cost"
-- column: cac money "Cost of a new customer"
-- column: median_cac money "Median cost of a new customer, over channels"
-- column: ltv_cac count "LTV/CAC"
-- column: cac_rank count "Rank by cost of a new customer"
-- column: ltv_cac_rank count "Rank by LTV/CAC"
-- column: qualified_rank count "Rank by rate of qualified leads"
-- column: verdict text "Verdict"
-- column: test_reason text "Reason"
WITH leads AS (
  SELECT
    p.first_channel AS channel,
    min(p.created_on) AS first_lead_on,
    count(*) AS leads,
    count(CASE WHEN $as_of - p.created_on >= c.median_days THEN 1 END) AS judged_leads,
    count(CASE WHEN $as_of - p.created_on >= c.median_days AND p.qualified_on IS NOT NULL THEN 1 END) AS qualified,
    count(CASE WHEN $as_of - p.created_on >= c.median_days AND p.won_on IS NOT NULL THEN 1 END) AS won
  FROM acquisition.lead_paths p
  CROSS JOIN acquisition.cycle c
  WHERE p.first_channel <> 'unknown'
  GROUP BY p.first_channel
),
customers AS (
  SELECT first_channel AS channel, count(*) AS new_customers
  FROM acquisition.customers
  WHERE is_new AND first_channel <> 'unknown'
  GROUP BY first_channel
),
rule AS (
  SELECT min_leads, cac_multiple, min_win_share
  FROM rules.channel_test
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
channels AS (
  SELECT channel FROM leads
  UNION
  SELECT channel FROM acquisition.unit_economics
),
known AS (
  SELECT
    h.channel,
    l.first_lead_on,
    coalesce(l.leads, 0) AS leads,
    coalesce(l.judged_leads, 0) AS judged_leads,
    coalesce(l.qualified, 0) AS qualified,
    coalesce(l.won, 0) AS won,
    k.line,
    k.mode,
    coalesce(c.new_customers, 0) AS new_customers,
    sum(coalesce(c.new_customers, 0)) OVER () AS all_new_customers,
    u.cost,
    u.cac,
    -- Five digits, so that exactly the multiple of the median is not above it.
    CAST(round(u.cac, 5) AS DECIMAL(20, 5)) AS exact_cac,
    u.ltv_cac,
    coalesce(l.judged_leads >= r.min_leads, false) AS is_judged,
    r.min_leads,
    r.cac_multiple,
    r.min_win_share
  FROM channels h
  CROSS JOIN rule r
  LEFT JOIN leads l ON l.channel = h.channel
  LEFT JOIN customers c ON c.channel = h.channel
  LEFT JOIN acquisition.unit_economics u ON u.channel = h.channel
  LEFT JOIN staging.channels k ON k.channel = h.channel
),
middle AS (
  SELECT median(CASE WHEN is_judged THEN exact_cac END) AS median_cac FROM known
),
judged AS (
  SELECT
    k.*,
    m.median_cac,
    CAST(k.qualified AS DOUBLE) / NULLIF(k.judged_leads, 0) AS qualified_rate,
    CASE
      WHEN k.leads = 0 THEN 'no_lead'
      WHEN k.judged_leads = 0 THEN 'too_young'
      WHEN NOT k.is_judged THEN 'few_leads'
      WHEN k.cost IS NULL THEN 'cost_unknown'
      WHEN k.new_customers = 0 AND k.cost > 0 THEN 'no_customer'
      WHEN k.exact_cac > k.cac_multiple * m.median_cac AND k.new_customers < k.min_win_share * k.all_new_customers THEN 'dear_and_few'
      WHEN k.exact_cac > k.cac_multiple * m.median_cac THEN 'dear_but_many'
      ELSE 'worth_its_cost'
    END AS test_reason
  FROM known k
  CROSS JOIN middle m
),
told AS (
  SELECT
    *,
    CASE
      WHEN test_reason IN ('no_lead', 'too_young', 'few_leads', 'cost_unknown') THEN 'test'
      WHEN test_reason IN ('no_customer', 'dear_and_few') THEN 'drop'
      ELSE 'keep'
    END AS verdict
  FROM judged
)
SELECT
  channel,
  CASE verdict WHEN 'drop' THEN 1 WHEN 'test' THEN 2 ELSE 3 END AS position,
  coalesce(line, 'unknown') AS line,
  coalesce(mode, 'unknown') AS mode,
  first_lead_on,
  leads,
  judged_leads,
  min_leads,
  qualified,
  qualified_rate,
  won,
  CAST(won AS DOUBLE) / NULLIF(judged_leads, 0) AS win_rate,
  new_customers,
  CAST(new_customers AS DOUBLE) / NULLIF(all_new_customers, 0) AS win_share,
  cost,
  cac,
  CAST(median_cac AS DOUBLE) AS median_cac,
  ltv_cac,
  CASE WHEN is_judged AND cac IS NOT NULL THEN row_number() OVER (PARTITION BY is_judged ORDER BY cac NULLS LAST, channel) END AS cac_rank,
  CASE WHEN is_judged AND ltv_cac IS NOT NULL THEN row_number() OVER (PARTITION BY is_judged ORDER BY ltv_cac DESC NULLS LAST, channel) END
    AS ltv_cac_rank,
  CASE WHEN is_judged THEN row_number() OVER (PARTITION BY is_judged ORDER BY qualified_rate DESC NULLS LAST, channel) END AS qualified_rank,
  verdict,
  test_reason
FROM told
