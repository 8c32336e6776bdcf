-- Every lead that was ever in the public pool, and where it is on the as-of date: won, held by somebody, not cleaned yet, or unclaimed, which
-- is the stock. A lead has passed cleaning when it was cleaned, or claimed; where no lead was ever cleaned, cleaning is not on
-- record, and everything in the pool is stock. Its age there runs from the day it came in, or last came back. A lead may have been claimed without
-- ever coming in. Days until the first claim run from its last step before, be it cleaning. The source is its first channel.
--
-- grain: lead_id
-- check: pool_state in ('won', 'held', 'uncleaned', 'unclaimed')
-- check: days_to_claim >= 0
-- column: lead_id text "Lead"
-- column: channel text "First channel"
-- column: customer_id text "Customer"
-- column: pool_id text "Pool"
-- column: entered_on date "First in the pool on"
-- column: has_come_in bool "Put into the pool or cleaned, and not claimed past it"
-- column: cleaned_on date "Cleaned on"
-- column: has_passed bool "Passed cleaning"
-- column: first_claimed_on date "First claimed on"
-- column: days_to_claim days "Days until the first claim"
-- column: claims count "Claims"
-- column: returned count "Times returned"
-- column: recycled count "Times recycled"
-- column: pool_state text "Where it is"
-- column: holder_id text "Held by"
-- column: since date "There since"
-- column: age_days days "Days there"
-- column: won_on date "Won on"
-- column: revenue money "Final revenue of the customer won"
WITH steps AS (
  SELECT
    lead_id,
    coalesce(min(CASE WHEN kind IN ('in', 'cleaned') THEN happened_on END), min(happened_on)) AS entered_on,
    count(CASE WHEN kind IN ('in', 'cleaned') THEN 1 END) > 0 AS has_come_in,
    min(CASE WHEN kind = 'cleaned' THEN happened_on END) AS cleaned_on,
    max(pool_id) AS pool_id,
    max(CASE WHEN kind IN ('in', 'back') THEN happened_on END) AS in_pool_since
  FROM acquisition.pool_steps
  GROUP BY lead_id
),
taken AS (
  SELECT
    lead_id,
    count(*) AS claims,
    min(claimed_on) AS first_claimed_on,
    min(CASE WHEN claim_no = 1 THEN days_in_pool END) AS days_to_claim,
    count(CASE WHEN claim_end = 'returned' THEN 1 END) AS returned,
    count(CASE WHEN claim_end = 'recycled' THEN 1 END) AS recycled,
    max(CASE WHEN claim_end = 'held' THEN owner_id END) AS holder_id,
    max(CASE WHEN claim_end = 'held' THEN claimed_on END) AS held_since
  FROM acquisition.claims
  GROUP BY lead_id
),
cleaning AS (
  SELECT count(cleaned_on) > 0 AS is_recorded FROM steps
),
placed AS (
  SELECT
    s.*,
    t.claims,
    t.first_claimed_on,
    t.days_to_claim,
    t.returned,
    t.recycled,
    t.holder_id,
    t.held_since,
    p.first_channel,
    p.customer_id,
    CASE WHEN p.won_on >= s.entered_on THEN p.won_on END AS won_on,
    CASE WHEN p.paid_on >= s.entered_on THEN p.customer_id END AS paying_id,
    s.cleaned_on IS NOT NULL OR t.claims > 0 AS has_passed,
    CASE
      WHEN p.won_on >= s.entered_on THEN 'won'
      WHEN t.holder_id IS NOT NULL THEN 'held'
      WHEN c.is_recorded AND s.cleaned_on IS NULL AND t.claims IS NULL THEN 'uncleaned'
      ELSE 'unclaimed'
    END AS pool_state
  FROM steps s
  CROSS JOIN cleaning c
  JOIN acquisition.lead_paths p ON p.lead_id = s.lead_id
  LEFT JOIN taken t ON t.lead_id = s.lead_id
)
SELECT
  p.lead_id,
  p.first_channel AS channel,
  p.customer_id,
  p.pool_id,
  p.entered_on,
  p.has_come_in,
  p.cleaned_on,
  coalesce(p.has_passed, false) AS has_passed,
  p.first_claimed_on,
  p.days_to_claim,
  coalesce(p.claims, 0) AS claims,
  coalesce(p.returned, 0) AS returned,
  coalesce(p.recycled, 0) AS recycled,
  p.pool_state,
  CASE WHEN p.pool_state = 'held' THEN p.holder_id END AS holder_id,
  CASE p.pool_state WHEN 'won' THEN p.won_on WHEN 'held' THEN p.held_since ELSE coalesce(p.in_pool_since, p.entered_on) END AS since,
  $as_of - CASE p.pool_state WHEN 'won' THEN p.won_on WHEN 'held' THEN p.held_since ELSE coalesce(p.in_pool_since, p.entered_on) END
    AS age_days,
  p.won_on,
  v.revenue
FROM placed p
LEFT JOIN acquisition.customers v ON v.customer_id = p.paying_id
