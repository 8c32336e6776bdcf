-- Every claim of a lead from the public pool: who took it, when, after how long in the pool, and how it ended. A claim ends with the
-- first of: won, returned, recycled, and reassigned (claimed by somebody while it was held, past the pool); of several claims on the day
-- it is won, the last one has won it. Contacts are days with one, by
-- anybody, from the claim to its end; they are unknown when no contact at all names a lead. A leak is a lead that was recycled
-- without any. One that is held without a contact for longer than rules.pool_limits allows should have been recycled. A former
-- holder who claims again before the cool-down is over is too early. Somebody unknown holds what no actor is named for; where no
-- pool is named either, the lead is adrift: no rule can take it back.
--
-- grain: lead_id, claim_no
-- order: claimed_on desc, lead_id, claim_no
-- empty_if_missing: staging.touches, staging.opportunities, staging.owners
-- check: ended_on >= claimed_on
-- check: (claim_end = 'held') = (ended_on is null)
-- check: not is_leak or claim_end = 'recycled'
-- column: lead_id text "Lead"
-- column: claim_no count "Number of the claim"
-- column: channel text "First channel"
-- column: pool_id text "Pool"
-- column: owner_id text "Claimed by"
-- column: owner_name text "Name"
-- column: claimed_on date "Claimed on"
-- column: days_in_pool days "Days in the pool before"
-- column: ended_on date "Ended on"
-- column: claim_end text "How it ended"
-- column: days_held days "Days held"
-- column: contacts count "Days with a contact"
-- column: days_untouched days "Days held without a contact"
-- column: is_leak bool "Recycled without a contact"
-- column: is_overdue bool "Held for too long without a contact"
-- column: is_early_reclaim bool "Claimed again before the cool-down was over"
-- column: is_adrift bool "Held by nobody known and in no pool"
-- column: won_on date "Won on"
-- column: revenue money "Final revenue of the customer won"
WITH moves AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY lead_id, kind ORDER BY step_no) AS claim_no,
    lead(happened_on) OVER (PARTITION BY lead_id ORDER BY step_no) AS next_on,
    lead(happened_on) OVER (PARTITION BY lead_id, kind ORDER BY step_no) AS next_claim_on,
    lead(event) OVER (PARTITION BY lead_id ORDER BY step_no) AS next_event
  FROM acquisition.pool_steps
  WHERE kind IN ('claim', 'back')
),
ended AS (
  SELECT
    m.lead_id,
    m.claim_no,
    p.first_channel AS channel,
    m.pool_id,
    m.actor_id,
    m.happened_on AS claimed_on,
    CASE WHEN m.before_kind <> 'claim' THEN m.happened_on - m.before_on END AS days_in_pool,
    CASE
      WHEN p.won_on >= m.happened_on AND (m.next_on IS NULL OR p.won_on <= m.next_on)
        AND (m.next_claim_on IS NULL OR p.won_on < m.next_claim_on) THEN p.won_on
      ELSE m.next_on
    END AS ended_on,
    CASE
      WHEN p.won_on >= m.happened_on AND (m.next_on IS NULL OR p.won_on <= m.next_on)
        AND (m.next_claim_on IS NULL OR p.won_on < m.next_claim_on) THEN 'won'
      WHEN m.next_event = 'claim' THEN 'reassigned'
      WHEN m.next_event = 'recycle' THEN 'recycled'
      WHEN m.next_event IS NOT NULL THEN 'returned'
      ELSE 'held'
    END AS claim_end,
    p.won_on,
    p.paid_on,
    p.customer_id
  FROM moves m
  JOIN acquisition.lead_paths p ON p.lead_id = m.lead_id
  WHERE m.kind = 'claim'
),
contact_days AS (
  SELECT DISTINCT coalesce(t.lead_id, o.lead_id) AS lead_id, t.touched_on
  FROM staging.touches t
  LEFT JOIN staging.opportunities o ON o.opportunity_id = t.opportunity_id
  WHERE t.done IS NOT FALSE AND coalesce(t.lead_id, o.lead_id) IS NOT NULL
),
contacts AS (
  SELECT e.lead_id, e.claim_no, count(*) AS n, max(d.touched_on) AS last_on
  FROM ended e
  JOIN contact_days d ON d.lead_id = e.lead_id AND d.touched_on >= e.claimed_on AND (e.ended_on IS NULL OR d.touched_on <= e.ended_on)
  GROUP BY e.lead_id, e.claim_no
),
rule AS (
  SELECT l.recycle_days, l.cool_down_days, c.n > 0 AS has_contacts
  FROM rules.pool_limits l
  CROSS JOIN (SELECT count(*) AS n FROM contact_days) c
  WHERE (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
)
SELECT
  e.lead_id,
  e.claim_no,
  e.channel,
  e.pool_id,
  coalesce(e.actor_id, 'unknown') AS owner_id,
  coalesce(o.owner_name, e.actor_id, 'unknown') AS owner_name,
  e.claimed_on,
  e.days_in_pool,
  e.ended_on,
  e.claim_end,
  coalesce(e.ended_on, $as_of) - e.claimed_on AS days_held,
  CASE WHEN r.has_contacts THEN coalesce(c.n, 0) END AS contacts,
  CASE WHEN r.has_contacts AND e.claim_end = 'held' THEN $as_of - coalesce(c.last_on, e.claimed_on) END AS days_untouched,
  CASE WHEN r.has_contacts THEN e.claim_end = 'recycled' AND c.n IS NULL END AS is_leak,
  CASE
    WHEN r.has_contacts THEN e.claim_end = 'held' AND $as_of - coalesce(c.last_on, e.claimed_on) > r.recycle_days
  END AS is_overdue,
  coalesce(
    e.claimed_on - lag(e.ended_on) OVER (PARTITION BY e.lead_id, e.actor_id ORDER BY e.claim_no) < r.cool_down_days AND e.actor_id IS NOT NULL,
    false
  ) AS is_early_reclaim,
  e.claim_end = 'held' AND e.actor_id IS NULL AND e.pool_id IS NULL AS is_adrift,
  CASE WHEN e.claim_end = 'won' THEN e.won_on END AS won_on,
  CASE WHEN e.claim_end = 'won' AND e.paid_on IS NOT NULL THEN v.revenue END AS revenue
FROM ended e
CROSS JOIN rule r
LEFT JOIN contacts c ON c.lead_id = e.lead_id AND c.claim_no = e.claim_no
LEFT JOIN staging.owners o ON o.owner_id = e.actor_id
LEFT JOIN acquisition.customers v ON v.customer_id = e.customer_id
