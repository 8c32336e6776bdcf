-- Segment by mode of sale: through which mode the customers with final revenue in the window were won, against the expected pattern of
-- rules.channel_pattern. Shares are of the customers and of the revenue of a segment whose mode is known; the mode is that of the first
-- channel. An unknown mode has neither a share nor an expectation. Modes that nobody came through have a row, with zero.
--
-- grain: segment, mode
-- order: segment_position, mode_position, mode
-- needs: staging.channels.mode
-- check: customer_share between 0 and 1
-- total: sum(customers) = (select count(*) from tiers.current)
-- total: sum(revenue) = (select coalesce(sum(revenue), 0) from tiers.current)
-- column: segment text "Segment"
-- column: segment_position count "Position of the segment"
-- column: mode text "Mode"
-- column: mode_position count "Position of the mode"
-- column: customers count "Customers"
-- column: revenue money "Final revenue in the window"
-- column: customer_share ratio "Share of the segment's customers"
-- column: revenue_share ratio "Share of the segment's revenue"
-- column: is_expected bool "In the expected pattern"
WITH pattern AS (
  SELECT segment, mode
  FROM rules.channel_pattern
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
segments AS (
  SELECT * FROM (VALUES ('head', 1), ('waist', 2), ('tail', 3)) AS s (segment, position)
),
found AS (
  SELECT t.segment, c.mode, count(*) AS customers, sum(t.revenue) AS revenue
  FROM tiers.current t
  JOIN acquisition.customers c ON c.customer_id = t.customer_id
  GROUP BY t.segment, c.mode
),
modes AS (
  SELECT mode, CASE mode WHEN 'direct' THEN 1 WHEN 'event' THEN 2 WHEN 'tele' THEN 3 WHEN 'net' THEN 4 WHEN 'unknown' THEN 6 ELSE 5 END AS position
  FROM (
    SELECT mode FROM pattern
    UNION
    SELECT mode FROM found
  )
),
cells AS (
  SELECT
    s.segment,
    s.position AS segment_position,
    m.mode,
    m.position AS mode_position,
    coalesce(f.customers, 0) AS customers,
    coalesce(f.revenue, 0) AS revenue,
    CASE WHEN m.mode <> 'unknown' THEN coalesce(f.customers, 0) END AS known_customers,
    CASE WHEN m.mode <> 'unknown' THEN coalesce(f.revenue, 0) END AS known_revenue,
    CASE WHEN m.mode <> 'unknown' THEN p.mode IS NOT NULL END AS is_expected
  FROM segments s
  CROSS JOIN modes m
  LEFT JOIN found f ON f.segment = s.segment AND f.mode = m.mode
  LEFT JOIN pattern p ON p.segment = s.segment AND p.mode = m.mode
)
SELECT
  segment,
  segment_position,
  mode,
  mode_position,
  customers,
  revenue,
  CAST(known_customers AS DOUBLE) / NULLIF(sum(known_customers) OVER (PARTITION BY segment), 0) AS customer_share,
  CAST(known_revenue AS DOUBLE) / NULLIF(CAST(sum(known_revenue) OVER (PARTITION BY segment) AS DOUBLE), 0) AS revenue_share,
  is_expected
FROM cells
