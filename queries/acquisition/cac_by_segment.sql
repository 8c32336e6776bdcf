-- The cost of a new customer by segment. Channels are paid for, not segments: the cost of a channel is divided equally among the new
-- customers who came through it first, and a segment bears the parts of its own; the segment with most of them takes what rounding
-- leaves. The cost of channels that brought nobody is on a line of its own, and no segment bears it.
--
-- grain: segment
-- order: position
-- check: known_customers <= new_customers
-- total: sum(cost) = (select coalesce(sum(cost), 0) from acquisition.cac where not is_total)
-- total: sum(new_customers) = (select count(*) from acquisition.customers where is_new)
-- column: segment text "Segment"
-- column: position count "Position"
-- column: new_customers count "New customers"
-- column: known_customers count "Of these through a channel whose cost is known"
-- column: cost money "Cost"
-- column: cac money "Cost of a new customer"
-- column: is_small_sample bool "Too few new customers for an average to mean much"
WITH segments AS (
  SELECT * FROM (VALUES ('head', 1), ('waist', 2), ('tail', 3), ('none', 4)) AS s (segment, position)
),
found AS (
  SELECT c.first_channel AS channel, t.segment, count(*) AS customers
  FROM acquisition.customers c
  JOIN tiers.current t ON t.customer_id = c.customer_id
  WHERE c.is_new
  GROUP BY c.first_channel, t.segment
),
borne AS (
  SELECT
    f.channel,
    f.segment,
    f.customers,
    a.cost,
    CAST(round(CAST(a.cost * f.customers / a.new_customers AS DECIMAL(38, 8)), 4) AS DECIMAL(38, 4)) AS part,
    row_number() OVER (PARTITION BY f.channel ORDER BY f.customers DESC, f.segment) AS place
  FROM found f
  JOIN acquisition.cac a ON a.channel = f.channel AND NOT a.is_total
),
settled AS (
  SELECT
    segment,
    customers,
    cost IS NOT NULL AS is_known,
    part + CASE WHEN place = 1 THEN cost - sum(part) OVER (PARTITION BY channel) ELSE 0 END AS cost
  FROM borne
  UNION ALL
  SELECT 'none', 0, false, cost
  FROM acquisition.cac
  WHERE NOT is_total AND new_customers = 0
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
sums AS (
  SELECT
    s.segment,
    s.position,
    coalesce(sum(b.customers), 0) AS new_customers,
    coalesce(sum(CASE WHEN b.is_known THEN b.customers END), 0) AS known_customers,
    CAST(coalesce(sum(b.cost), 0) AS DECIMAL(38, 4)) AS cost
  FROM segments s
  LEFT JOIN settled b ON b.segment = s.segment
  GROUP BY s.segment, s.position
)
SELECT
  s.segment,
  s.position,
  s.new_customers,
  s.known_customers,
  s.cost,
  CAST(s.cost AS DOUBLE) / NULLIF(s.known_customers, 0) AS cac,
  s.known_customers < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
WHERE s.segment <> 'none' OR s.cost > 0
