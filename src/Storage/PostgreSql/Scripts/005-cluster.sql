-- What Orleans' AdoNet providers need for clustering and reminders. Each query is one statement; a change of the membership takes the
-- version's row first, so that of several who read the same version one wins.
CREATE TABLE orleansmembershipversiontable (deploymentid code PRIMARY KEY, timestamp timestamptz NOT NULL DEFAULT now(), version integer NOT NULL DEFAULT 0);
CREATE TABLE orleansmembershiptable (
  deploymentid code NOT NULL, address code NOT NULL, port integer NOT NULL, generation integer NOT NULL, siloname code NOT NULL, hostname code NOT NULL,
  status integer NOT NULL, proxyport integer, suspecttimes text, starttime timestamptz NOT NULL, iamalivetime timestamptz NOT NULL,
  PRIMARY KEY (deploymentid, address, port, generation));

INSERT INTO orleansquery VALUES
('InsertMembershipVersionKey', $$
WITH inserted AS (INSERT INTO orleansmembershipversiontable(deploymentid) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1) SELECT COUNT(*) FROM inserted
$$),
('InsertMembershipKey', $$
WITH moved AS (
  UPDATE orleansmembershipversiontable SET version = version + 1, timestamp = now()
  WHERE deploymentid = @DeploymentId AND version = @Version
    AND NOT EXISTS (SELECT 1 FROM orleansmembershiptable WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
  RETURNING 1),
inserted AS (
  INSERT INTO orleansmembershiptable(deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
  SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM moved
  RETURNING 1)
SELECT COUNT(*) FROM inserted
$$),
('UpdateMembershipKey', $$
WITH moved AS (
  UPDATE orleansmembershipversiontable SET version = version + 1, timestamp = now()
  WHERE deploymentid = @DeploymentId AND version = @Version
    AND EXISTS (SELECT 1 FROM orleansmembershiptable WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
  RETURNING 1),
updated AS (
  UPDATE orleansmembershiptable SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
  WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation AND EXISTS (SELECT 1 FROM moved)
  RETURNING 1)
SELECT COUNT(*) FROM updated
$$),
('UpdateIAmAlivetimeKey', $$
UPDATE orleansmembershiptable SET iamalivetime = @IAmAliveTime WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),
('MembershipReadRowKey', $$
SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime, m.iamalivetime, v.version
FROM orleansmembershipversiontable v LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
WHERE v.deploymentid = @DeploymentId
$$),
('MembershipReadAllKey', $$
SELECT v.deploymentid, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport, m.suspecttimes, m.starttime, m.iamalivetime, v.version
FROM orleansmembershipversiontable v LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid
WHERE v.deploymentid = @DeploymentId
$$),
('DeleteMembershipTableEntriesKey', $$
WITH members AS (DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId) DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId
$$),
('GatewaysQueryKey', $$
SELECT address, proxyport, generation FROM orleansmembershiptable WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
$$),
-- 3: active
('CleanupDefunctSiloEntriesKey', $$
DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status <> 3
$$);

CREATE TABLE orleansreminderstable (
  serviceid code NOT NULL, grainid code NOT NULL, remindername code NOT NULL, starttime timestamptz NOT NULL, period bigint NOT NULL, grainhash integer NOT NULL, version integer NOT NULL,
  PRIMARY KEY (serviceid, grainid, remindername));
CREATE INDEX ix_orleansreminderstable_hash ON orleansreminderstable(serviceid, grainhash);

INSERT INTO orleansquery VALUES
('UpsertReminderRowKey', $$
INSERT INTO orleansreminderstable AS r (serviceid, grainid, remindername, starttime, period, grainhash, version) VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
ON CONFLICT (serviceid, grainid, remindername) DO UPDATE SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
RETURNING version
$$),
('ReadReminderRowsKey', $$
SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable WHERE serviceid = @ServiceId AND grainid = @GrainId
$$),
('ReadReminderRowKey', $$
SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
$$),
('ReadRangeRows1Key', $$
SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
$$),
-- the range that goes over the end of the ring
('ReadRangeRows2Key', $$
SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
$$),
('DeleteReminderRowKey', $$
WITH deleted AS (DELETE FROM orleansreminderstable WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version RETURNING 1) SELECT COUNT(*) FROM deleted
$$),
('DeleteReminderRowsKey', $$
DELETE FROM orleansreminderstable WHERE serviceid = @ServiceId
$$);
