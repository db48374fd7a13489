-- What all replicas over one database share.
select i.id::text as id, i.sealing_secret as "sealingSecret" from installation i
