-- Job movers: direct beneficiaries whose employment at one customer has ended and who started at another one; each move once. The new
-- job is the first one that starts after the old one did, and not earlier than some days before its end (rules.movers), because jobs
-- overlap a little; the move is the day it starts. Whoever leaves two jobs for one new job moves from where he gained by the product,
-- else from the one that ended last. A person gains by the product at the old customer when the contact there says so; where there is no
-- contact there, any contact of the person tells. People are known by their ids alone.
-- Not every move opens a door. In this order: our own accounts are none; a transfer inside a group changes nothing, whatever the
-- unit of the project is; two records with the same two customers and the same two days are taken for one person, and only the first
-- counts; where the new customer had bought before the move, the mover is a friend in the house, but no new door. The rest are movers.
--
-- grain: person_id, to_customer_id, moved_on
-- order: moved_on desc, person_id, to_customer_id
-- needs: staging.contacts.is_direct_beneficiary, staging.employment.ended_on
-- check: move_state in ('mover', 'already_customer', 'group_transfer', 'duplicate', 'internal')
-- column: person_id text "Person"
-- column: from_customer_id text "Left customer"
-- column: from_customer_name text "Name of the customer that was left"
-- column: to_customer_id text "New customer"
-- column: to_customer_name text "Name of the new customer"
-- column: left_on date "Left on"
-- column: moved_on date "Started at the new customer on"
-- column: months_since count "Full months since the move, that of the as-of date included when it is full"
-- column: move_state text "What the move is"
-- column: is_this_month bool "In the month of the as-of date"
-- column: is_recent bool "Not long ago"
WITH gains AS (
  SELECT
    person_id,
    customer_id,
    coalesce(bool_or(is_direct_beneficiary), false) AS here,
    bool_or(coalesce(bool_or(is_direct_beneficiary), false)) OVER (PARTITION BY person_id) AS anywhere
  FROM staging.contacts
  GROUP BY person_id, customer_id
),
people AS (
  SELECT DISTINCT person_id FROM gains WHERE anywhere
),
left_days AS (
  SELECT person_id, customer_id, max(left_on) AS left_on FROM staging.contacts GROUP BY person_id, customer_id
),
jobs AS (
  SELECT
    e.person_id,
    e.customer_id,
    e.started_on,
    coalesce(CASE WHEN count(*) = count(e.ended_on) THEN max(e.ended_on) END, max(d.left_on)) AS ended_on
  FROM staging.employment e
  JOIN people p ON p.person_id = e.person_id
  LEFT JOIN left_days d ON d.person_id = e.person_id AND d.customer_id = e.customer_id
  GROUP BY e.person_id, e.customer_id, e.started_on
),
rule AS (
  SELECT overlap_days, recent_months
  FROM rules.movers
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
next_jobs AS (
  SELECT a.person_id, a.customer_id AS from_id, b.customer_id AS to_id, a.ended_on AS left_on, b.started_on AS moved_on
  FROM jobs a
  CROSS JOIN rule r
  JOIN jobs b
    ON b.person_id = a.person_id
    AND b.customer_id <> a.customer_id
    AND b.started_on >= a.ended_on - r.overlap_days
    AND (a.started_on IS NULL OR b.started_on > a.started_on)
  WHERE a.ended_on IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY a.person_id, a.customer_id, a.started_on ORDER BY b.started_on, b.customer_id) = 1
),
moved AS (
  SELECT n.*
  FROM next_jobs n
  LEFT JOIN gains g ON g.person_id = n.person_id AND g.customer_id = n.from_id
  WHERE g.here IS NOT FALSE
  QUALIFY row_number() OVER (
    PARTITION BY n.person_id, n.to_id, n.moved_on
    ORDER BY CASE WHEN g.here THEN 0 ELSE 1 END, n.left_on DESC, n.from_id
  ) = 1
),
placed AS (
  SELECT
    m.person_id,
    coalesce(f.unit_id, m.from_id) AS from_customer_id,
    coalesce(f.unit_name, m.from_id) AS from_customer_name,
    coalesce(t.unit_id, m.to_id) AS to_customer_id,
    coalesce(t.unit_name, m.to_id) AS to_customer_name,
    m.left_on,
    m.moved_on,
    coalesce(f.is_internal, false) OR coalesce(t.is_internal, false) AS is_internal,
    coalesce(fg.root_id, m.from_id) = coalesce(tg.root_id, m.to_id) AS is_in_group
  FROM moved m
  LEFT JOIN value.units f ON f.customer_id = m.from_id
  LEFT JOIN value.units t ON t.customer_id = m.to_id
  LEFT JOIN value.groups fg ON fg.customer_id = m.from_id
  LEFT JOIN value.groups tg ON tg.customer_id = m.to_id
  -- Two jobs that start on one day at one unit are one move.
  QUALIFY row_number() OVER (
    PARTITION BY m.person_id, coalesce(t.unit_id, m.to_id), m.moved_on ORDER BY m.left_on DESC, m.from_id, m.to_id
  ) = 1
)
SELECT
  p.person_id,
  p.from_customer_id,
  p.from_customer_name,
  p.to_customer_id,
  p.to_customer_name,
  p.left_on,
  p.moved_on,
  months_between(p.moved_on, $as_of + 1)
  - CASE WHEN month_add(p.moved_on, months_between(p.moved_on, $as_of + 1)) > $as_of + 1 THEN 1 ELSE 0 END AS months_since,
  CASE
    WHEN p.is_internal THEN 'internal'
    WHEN p.is_in_group THEN 'group_transfer'
    WHEN row_number() OVER (
      PARTITION BY p.is_internal OR p.is_in_group, p.from_customer_id, p.to_customer_id, p.left_on, p.moved_on ORDER BY p.person_id
    ) > 1 THEN 'duplicate'
    WHEN c.first_sale_on < p.moved_on THEN 'already_customer'
    ELSE 'mover'
  END AS move_state,
  p.moved_on >= month_start($as_of) AS is_this_month,
  month_add(p.moved_on, r.recent_months) > $as_of AS is_recent
FROM placed p
CROSS JOIN rule r
LEFT JOIN value.customers c ON c.customer_id = p.to_customer_id
