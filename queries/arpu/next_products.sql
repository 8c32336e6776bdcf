-- The next product line for each customer: the one that most of the customers comparable with it have and it has not. Comparable are the
-- others of its segment who buy a line that it buys too. There have to be enough of them, and a large enough share of them has to
-- have the line (rules.next_product); of several lines the one with the greatest share comes, then the one that brings its holders more, then
-- by name. A customer of whom a line without a product is on record is left out, because what it has is not known in full; so is
-- who has left. What it may bring is the median of what those comparable pay for the line.
--
-- grain: customer_id
-- order: typical_revenue desc, customer_id
-- check: holders <= peers
-- check: share between 0 and 1
-- check: n_product_lines > 0
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Applied tier"
-- column: segment text "Segment"
-- column: n_product_lines count "Product lines bought"
-- column: next_line text "Next product line"
-- column: because_of text "Product line that it has in common with those comparable"
-- column: peers count "Customers comparable"
-- column: holders count "Of these have the next line"
-- column: share ratio "Share of them that have it"
-- column: typical_revenue money "Median of what they pay for it in the window"
-- column: revenue money "Final revenue in the window"
WITH held AS (
  SELECT t.segment, s.customer_id, s.line, s.line_name, s.revenue
  FROM arpu.line_sales s
  JOIN tiers.current t ON t.customer_id = s.customer_id
  WHERE s.line IS NOT NULL
),
pairs AS (
  -- Of the buyers of one line in a segment, who has another one.
  SELECT
    a.segment,
    a.line,
    min(a.line_name) AS line_name,
    b.line AS next_line,
    min(b.line_name) AS next_line_name,
    count(*) AS holders,
    median(CAST(b.revenue AS DECIMAL(38, 5))) AS typical_revenue
  FROM held a
  JOIN held b ON b.customer_id = a.customer_id AND b.line <> a.line
  GROUP BY a.segment, a.line, b.line
),
sizes AS (
  SELECT segment, line, count(*) AS buyers FROM held GROUP BY segment, line
),
rule AS (
  SELECT min_peers, min_share
  FROM rules.next_product
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
offers AS (
  -- The customer itself buys the one line but not the other, so it is among the buyers and never among the holders.
  SELECT
    h.customer_id,
    h.segment,
    p.next_line,
    p.next_line_name,
    p.line_name,
    z.buyers - 1 AS peers,
    p.holders,
    p.typical_revenue,
    row_number() OVER (
      PARTITION BY h.customer_id
      ORDER BY CAST(p.holders AS DOUBLE) / (z.buyers - 1) DESC, p.typical_revenue DESC, p.next_line, p.line
    ) AS place
  FROM held h
  JOIN sizes z ON z.segment = h.segment AND z.line = h.line
  JOIN pairs p ON p.segment = h.segment AND p.line = h.line
  CROSS JOIN rule r
  LEFT JOIN arpu.line_sales own ON own.customer_id = h.customer_id AND own.line = p.next_line
  WHERE own.customer_id IS NULL AND z.buyers - 1 >= r.min_peers AND p.holders >= r.min_share * (z.buyers - 1)
)
SELECT
  o.customer_id,
  t.customer_name,
  t.owner_id,
  t.owner_name,
  t.effective_tier AS tier,
  o.segment,
  l.n_product_lines,
  o.next_line_name AS next_line,
  o.line_name AS because_of,
  o.peers,
  o.holders,
  CAST(o.holders AS DOUBLE) / o.peers AS share,
  o.typical_revenue,
  t.revenue
FROM offers o
JOIN tiers.current t ON t.customer_id = o.customer_id
JOIN arpu.customer_lines l ON l.customer_id = o.customer_id
JOIN churn.last_seen s ON s.customer_id = o.customer_id
WHERE o.place = 1 AND l.n_unknown_lines = 0 AND NOT s.has_left
