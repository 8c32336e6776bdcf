-- Direct beneficiaries: the people at each customer whose own work gains by the product, and whether they are still there. A person has
-- left when the contact says so, or when every job on record there has ended; the contact's day comes first. In a unit of several
-- customers a person who stays with one of them has not left. People are known by their ids alone.
--
-- grain: customer_id, person_id
-- needs: staging.contacts.is_direct_beneficiary
-- empty_if_missing: staging.employment
-- column: customer_id text "Customer"
-- column: person_id text "Person"
-- column: left_on date "Left on"
WITH jobs AS (
  SELECT
    person_id,
    customer_id,
    CASE WHEN count(*) = count(ended_on) THEN max(ended_on) END AS ended_on
  FROM staging.employment
  GROUP BY person_id, customer_id
),
people AS (
  SELECT person_id, customer_id, max(left_on) AS left_on
  FROM staging.contacts
  WHERE is_direct_beneficiary
  GROUP BY person_id, customer_id
),
placed AS (
  SELECT u.unit_id AS customer_id, p.person_id, coalesce(p.left_on, j.ended_on) AS left_on
  FROM people p
  JOIN value.units u ON u.customer_id = p.customer_id
  LEFT JOIN jobs j ON j.person_id = p.person_id AND j.customer_id = p.customer_id
  WHERE NOT u.is_internal
)
SELECT customer_id, person_id, CASE WHEN count(*) = count(left_on) THEN max(left_on) END AS left_on
FROM placed
GROUP BY customer_id, person_id
