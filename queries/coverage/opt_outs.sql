-- Customers who want no contact. A unit of several customers has opted out when all of its members have.
--
-- grain: customer_id
-- needs: staging.opt_outs.customer_id
-- column: customer_id text "Customer"
-- column: opted_out_on date "Opted out on"
SELECT u.unit_id AS customer_id, max(o.since) AS opted_out_on
FROM staging.opt_outs o
JOIN value.units u ON u.customer_id = o.customer_id
JOIN value.customers c ON c.customer_id = u.unit_id
GROUP BY u.unit_id
HAVING count(DISTINCT o.customer_id) = max(c.n_members)
