-- Free trials: the first one of each prospect. Later trial events of the same prospect, also those of its other leads, extend it or are more
-- users of the same customer; they start no other trial. A trial of a customer who had bought before is none of a prospect and is left
-- out; so is one from before sales are on record, because a purchase before it would not be known. Paid is the first final sale, on the day of
-- the trial or later.
-- A trial is assisted when people were in contact with the prospect between its start and the payment, both days included, or up to
-- the as-of date when nothing was paid. Mass mailings are no contact of people. For trials from before contacts are
-- on record that is unknown.
--
-- grain: party
-- order: trial_on desc, party
-- empty_if_missing: acquisition.contacts
-- needs: staging.lead_events.event
-- check: days_to_pay >= 0
-- check: paid_on is null or paid_on >= trial_on
-- column: party text "Customer, or lead that is none yet"
-- column: lead_id text "Lead that began the trial"
-- column: customer_id text "Customer"
-- column: trial_on date "Trial began on"
-- column: cohort month "Month of the trial"
-- column: trial_leads count "Leads in the trial"
-- column: extensions count "Later days with a trial event"
-- column: is_extended bool "Extended"
-- column: paid_on date "First final sale"
-- column: days_to_pay days "Days from the trial to the first final sale"
-- column: assisted_on date "First contact of people since the trial began, until paid"
-- column: is_help_known bool "Contacts are on record since it began"
-- column: is_assisted bool "People were in contact until it was paid"
WITH events AS (
  SELECT
    CASE WHEN p.customer_id IS NULL THEN concat('lead ', p.lead_id) ELSE concat('customer ', p.customer_id) END AS party,
    p.lead_id,
    p.customer_id,
    p.customer_since,
    e.happened_on
  FROM staging.lead_events e
  JOIN acquisition.lead_paths p ON p.lead_id = e.lead_id
  WHERE e.event = 'trial'
),
begun AS (
  SELECT
    party,
    first_value(lead_id ORDER BY happened_on, lead_id) AS lead_id,
    max(customer_id) AS customer_id,
    min(happened_on) AS trial_on,
    count(DISTINCT lead_id) AS trial_leads,
    count(DISTINCT happened_on) - 1 AS extensions,
    max(customer_since) AS paid_on
  FROM events
  GROUP BY party
  HAVING max(customer_since) IS NULL OR max(customer_since) >= min(happened_on)
),
known AS (
  SELECT
    (SELECT min(touched_on) FROM acquisition.contacts) AS contacts_from,
    (SELECT min(final_on) FROM value.customer_day) AS sales_from
),
helped AS (
  SELECT b.party, min(c.touched_on) AS assisted_on
  FROM begun b
  JOIN acquisition.contacts c
    ON c.party = b.party AND c.is_human AND c.touched_on >= b.trial_on AND c.touched_on <= coalesce(b.paid_on, $as_of)
  GROUP BY b.party
)
SELECT
  b.party,
  b.lead_id,
  b.customer_id,
  b.trial_on,
  month_start(b.trial_on) AS cohort,
  b.trial_leads,
  b.extensions,
  b.extensions > 0 AS is_extended,
  b.paid_on,
  b.paid_on - b.trial_on AS days_to_pay,
  h.assisted_on,
  coalesce(b.trial_on >= k.contacts_from, false) AS is_help_known,
  CASE WHEN b.trial_on >= k.contacts_from THEN h.assisted_on IS NOT NULL END AS is_assisted
FROM begun b
CROSS JOIN known k
LEFT JOIN helped h ON h.party = b.party
WHERE b.trial_on >= k.sales_from
