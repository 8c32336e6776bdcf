-- How long each prospect was left alone (acquisition.prospects): days without a contact of people, from its first lead, between its contacts,
-- and up to its first final sale or the as-of date. Mass mailings are no contact of people. A prospect that has not paid is neglected
-- when nobody was in contact for so many days (rules.neglect), and neglected long after more of them. It is recovered when it paid after
-- having been neglected long at any time before. Leads of one customer are one prospect; what is given up as a duplicate or as spam is
-- left out of all this.
-- Times before contacts are on record are not counted, and a lead from before sales are on record is never recovered, because its first
-- sale on record may not be its first.
-- The reason follows from why the newest lead was given up (rules.neglect_reasons): no present need, or no match; unworked is
-- what has no reason; a reason that is not in that table is other.
--
-- grain: party
-- needs: staging.touches.touched_on
-- check: neglect_reason in ('no_present_need', 'mismatch', 'unworked', 'other', 'excluded')
-- check: is_long_neglected is null or not is_long_neglected or is_neglected
-- check: days_alone >= 0
-- check: not (is_recovered and is_neglected)
-- column: party text "Customer, or lead that is none yet"
-- column: lead_id text "First lead"
-- column: customer_id text "Customer"
-- column: created_on date "First lead created on"
-- column: leads count "Leads"
-- column: neglect_reason text "Why nobody is in contact"
-- column: channel text "First channel"
-- column: open_amount money "Amount of open opportunities"
-- column: paid_on date "First final sale"
-- column: last_contact_on date "Last contact of people"
-- column: days_alone days "Days without one, up to the payment or the as-of date"
-- column: longest_days_alone days "Longest time without one until then"
-- column: is_neglected bool "Not paid, and left alone for long"
-- column: is_long_neglected bool "Not paid, and left alone very long"
-- column: is_recovered bool "Left alone very long, and paid later"
WITH rule AS (
  SELECT short_days, long_days
  FROM rules.neglect
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
reasons AS (
  SELECT lost_reason, neglect_reason
  FROM rules.neglect_reasons
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
known AS (
  SELECT
    (SELECT min(touched_on) FROM acquisition.contacts) AS contacts_from,
    (SELECT min(final_on) FROM value.customer_day) AS sales_from
),
-- From when on a prospect was looked at, and until when.
spans AS (
  SELECT p.party, greatest(p.created_on, k.contacts_from) AS from_on, coalesce(p.paid_on, $as_of) AS to_on
  FROM acquisition.prospects p
  CROSS JOIN known k
  WHERE k.contacts_from <= coalesce(p.paid_on, $as_of)
),
moments AS (
  SELECT party, from_on AS moment_on FROM spans
  UNION ALL
  SELECT p.party, c.touched_on
  FROM spans p
  JOIN acquisition.contacts c
    ON c.party = p.party AND c.is_human AND c.touched_on > p.from_on AND c.touched_on <= p.to_on
  UNION ALL
  SELECT party, to_on FROM spans
),
gaps AS (
  SELECT party, moment_on, moment_on - lag(moment_on) OVER (PARTITION BY party ORDER BY moment_on) AS days
  FROM moments
),
longest AS (
  SELECT party, max(days) AS longest_days FROM gaps GROUP BY party
),
last_contacts AS (
  SELECT p.party, max(c.touched_on) AS last_contact_on
  FROM acquisition.prospects p
  JOIN acquisition.contacts c ON c.party = p.party AND c.is_human AND c.touched_on <= coalesce(p.paid_on, $as_of)
  GROUP BY p.party
),
timed AS (
  SELECT
    p.*,
    CASE WHEN p.lost_reason IS NULL THEN 'unworked' ELSE coalesce(r.neglect_reason, 'other') END AS neglect_reason,
    l.last_contact_on,
    s.to_on - greatest(s.from_on, l.last_contact_on) AS days_alone,
    g.longest_days AS longest_days_alone
  FROM acquisition.prospects p
  LEFT JOIN spans s ON s.party = p.party
  LEFT JOIN longest g ON g.party = p.party
  LEFT JOIN last_contacts l ON l.party = p.party
  LEFT JOIN reasons r ON r.lost_reason = p.lost_reason
)
SELECT
  t.party,
  t.lead_id,
  t.customer_id,
  t.created_on,
  t.leads,
  t.neglect_reason,
  t.channel,
  t.open_amount,
  t.paid_on,
  t.last_contact_on,
  t.days_alone,
  t.longest_days_alone,
  t.neglect_reason <> 'excluded' AND t.paid_on IS NULL AND coalesce(t.days_alone >= r.short_days, false) AS is_neglected,
  t.neglect_reason <> 'excluded' AND t.paid_on IS NULL AND coalesce(t.days_alone >= r.long_days, false) AS is_long_neglected,
  t.neglect_reason <> 'excluded'
  AND t.paid_on IS NOT NULL
  AND t.created_on >= k.sales_from
  AND coalesce(t.longest_days_alone >= r.long_days, false) AS is_recovered
FROM timed t
CROSS JOIN rule r
CROSS JOIN known k
