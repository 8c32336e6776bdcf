-- What to do about those who move, those who are left behind and those whom nobody calls, the soonest due first, then by what is at stake.
-- Movers are to be called at their new customer, customers whose last direct beneficiary left need another one, and the most promising of the
-- neglected leads want a call. Each has the reason as a code and its numbers; the day it is due follows from rules.action_days. Customers who want
-- no contact are not to be called. Who is to act is the owner; without one whoever answers for the customer (value.responsible), and
-- for a lead that names no customer the one who claimed it, else the head of sales.
--
-- grain: position
-- empty_if_missing: acquisition.movers, acquisition.beneficiaries_lost, acquisition.neglected, coverage.opt_outs
-- check: due_on >= $as_of
-- check: action in ('call_mover', 'find_beneficiary', 'call_lead')
-- column: position count "Position"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name, or the lead that is none yet"
-- column: lead_id text "Lead"
-- column: person_id text "Person"
-- column: owner_id text "Who is to act"
-- column: owner_name text "Owner name"
-- column: action text "What to do"
-- column: why text "Reason"
-- column: due_on date "Due on"
-- column: from_customer_name text "Customer that the person left"
-- column: moved_on date "Moved on"
-- column: last_left_on date "The last beneficiary left on"
-- column: left_people count "Beneficiaries who left not long ago"
-- column: revenue money "Final revenue in the window"
-- column: days_alone days "Days without a contact of people"
-- column: milestone text "The furthest thing that happened"
-- column: open_amount money "Amount of open opportunities"
-- column: channel text "First channel"
WITH days AS (
  SELECT action, days
  FROM rules.action_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
found AS (
  SELECT
    'call_mover' AS action,
    CASE WHEN deals > 0 THEN 'mover_deal_lost' ELSE 'mover_without_deal' END AS why,
    to_customer_id AS customer_id,
    to_customer_name AS customer_name,
    owner_id,
    owner_name,
    person_id,
    from_customer_name,
    moved_on
  FROM acquisition.movers
  WHERE is_to_be_called
  UNION ALL BY NAME
  SELECT
    'find_beneficiary' AS action,
    CASE WHEN b.moved_people > 0 THEN 'beneficiary_moved' ELSE 'beneficiary_left' END AS why,
    b.customer_id,
    b.customer_name,
    b.owner_id,
    b.owner_name,
    b.revenue AS at_stake,
    b.last_left_on,
    b.left_people,
    b.revenue
  FROM acquisition.beneficiaries_lost b
  LEFT JOIN coverage.opt_outs o ON o.customer_id = b.customer_id
  WHERE b.is_alone AND o.customer_id IS NULL
  UNION ALL BY NAME
  SELECT
    'call_lead' AS action,
    CASE
      WHEN milestone IS NULL AND last_contact_on IS NULL THEN 'lead_untouched'
      WHEN milestone IS NULL THEN 'lead_left_alone'
      WHEN last_contact_on IS NULL THEN 'promising_lead_untouched'
      ELSE 'promising_lead_left_alone'
    END AS why,
    customer_id,
    coalesce(customer_name, lead_id) AS customer_name,
    lead_id,
    owner_id,
    owner_name,
    open_amount AS at_stake,
    place,
    days_alone,
    milestone,
    open_amount,
    channel
  FROM acquisition.neglected
  WHERE is_listed
)
SELECT
  CAST(
    row_number() OVER (
      ORDER BY
        d.days, f.action, f.place NULLS LAST, f.at_stake DESC NULLS LAST, f.moved_on DESC NULLS LAST, f.customer_id, f.lead_id,
        f.person_id
    ) AS BIGINT
  ) AS position,
  f.customer_id,
  f.customer_name,
  f.lead_id,
  f.person_id,
  coalesce(f.owner_id, p.owner_id, h.owner_id) AS owner_id,
  coalesce(f.owner_name, p.owner_name, h.owner_name) AS owner_name,
  f.action,
  f.why,
  $as_of + d.days AS due_on,
  f.from_customer_name,
  f.moved_on,
  f.last_left_on,
  f.left_people,
  f.revenue,
  f.days_alone,
  f.milestone,
  f.open_amount,
  f.channel
FROM found f
JOIN days d ON d.action = f.action
LEFT JOIN value.responsible p ON p.customer_id = f.customer_id
LEFT JOIN value.stand_in h ON h.region = ''
