"""Everything that MongoDB 7.0 has by name: it is in the scope tables, or refused by name.

The names were collected from the manual's reference; what is missing in the tables and in these
lists cannot be asked for, because the store knows no names but those of its tables.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Int64
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from infra.embedded.accumulators import ACCUMULATORS
from infra.embedded.commands import COMMANDS
from infra.embedded.expressions import EXPRESSION_OPERATORS
from infra.embedded.filters import FILTER_OPERATORS
from infra.embedded.output import OUTPUT_STAGES
from infra.embedded.pipeline import STAGES
from infra.embedded.update import UPDATE_OPERATORS

Words = AsyncCollection[dict[str, Any]]
Command = dict[str, Any]


def _names(text: str) -> list[str]:
    return text.split()


QUERY_TOP = _names("$and $comment $expr $jsonSchema $nor $or $text $where $sampleRate")
QUERY_FIELD = _names("""
    $all $bitsAllClear $bitsAllSet $bitsAnyClear $bitsAnySet $elemMatch $eq $exists $geoIntersects
    $geoWithin $gt $gte $in $lt $lte $mod $ne $near $nearSphere $nin $not $options $regex $size
    $type $within $geoNear $box $center $centerSphere $polygon $geometry $maxDistance $minDistance
    $uniqueDocs
""")
UPDATES = _names("""
    $addToSet $bit $currentDate $inc $max $min $mul $pop $pull $pullAll $push $pushAll $rename $set
    $setOnInsert $unset $isolated
""")
STAGE_NAMES = _names("""
    $addFields $bucket $bucketAuto $changeStream $changeStreamSplitLargeEvent $collStats $count
    $currentOp $densify $documents $facet $fill $geoNear $graphLookup $group $indexStats $limit
    $listLocalSessions $listSampledQueries $listSearchIndexes $listSessions $lookup $match $merge
    $out $planCacheStats $project $redact $replaceRoot $replaceWith $sample $search $searchMeta $set
    $setWindowFields $shardedDataDistribution $skip $sort $sortByCount $unionWith $unset $unwind
    $vectorSearch
""")
ACCUMULATOR_NAMES = _names("""
    $accumulator $addToSet $avg $bottom $bottomN $count $covariancePop $covarianceSamp $denseRank
    $derivative $documentNumber $expMovingAvg $first $firstN $integral $last $lastN $linearFill
    $locf $max $maxN $median $mergeObjects $min $minN $percentile $push $rank $shift $stdDevPop
    $stdDevSamp $sum $top $topN
""")
EXPRESSIONS = _names("""
    $abs $acos $acosh $add $allElementsTrue $and $anyElementTrue $arrayElemAt $arrayToObject $asin
    $asinh $atan $atan2 $atanh $avg $binarySize $bitAnd $bitNot $bitOr $bitXor $bsonSize $ceil $cmp
    $concat $concatArrays $cond $const $convert $cos $cosh $dateAdd $dateDiff $dateFromParts
    $dateFromString $dateSubtract $dateToParts $dateToString $dateTrunc $dayOfMonth $dayOfWeek
    $dayOfYear $degreesToRadians $divide $eq $exp $filter $first $firstN $floor $function $getField
    $gt $gte $hour $ifNull $in $indexOfArray $indexOfBytes $indexOfCP $isArray $isNumber
    $isoDayOfWeek $isoWeek $isoWeekYear $last $lastN $let $literal $ln $log $log10 $lt $lte $ltrim
    $map $max $maxN $median $mergeObjects $meta $millisecond $min $minN $minute $mod $month
    $multiply $ne $not $objectToArray $or $percentile $pow $radiansToDegrees $rand $range $reduce
    $regexFind $regexFindAll $regexMatch $replaceAll $replaceOne $reverseArray $round $rtrim
    $sampleRate $second $setDifference $setEquals $setField $setIntersection $setIsSubset $setUnion
    $sin $sinh $size $slice $sortArray $split $sqrt $stdDevPop $stdDevSamp $strLenBytes $strLenCP
    $strcasecmp $substr $substrBytes $substrCP $subtract $sum $switch $tan $tanh $toBool $toDate
    $toDecimal $toDouble $toHashedIndexKey $toInt $toLong $toLower $toObjectId $toString $toUpper
    $trim $trunc $tsIncrement $tsSecond $type $unsetField $week $year $zip
""")
COMMAND_NAMES = _names("""
    abortReshardCollection abortTransaction addShard addShardToZone aggregate analyze
    analyzeShardKey appendOplogNote applyOps authenticate autoCompact balancerCollectionStatus
    balancerStart balancerStatus balancerStop buildInfo bulkWrite checkMetadataConsistency
    checkShardingIndex cleanupOrphaned cloneCollectionAsCapped collMod collStats
    commitReshardCollection commitTransaction compact compactStructuredEncryptionData
    configureCollectionBalancing configureQueryAnalyzer connPoolStats connPoolSync
    connectionStatus convertToCapped count create createIndexes createRole createSearchIndexes
    createUser currentOp cursorInfo dataSize dbHash dbStats delete distinct driverOIDTest drop
    dropAllRolesFromDatabase dropAllUsersFromDatabase dropConnections dropDatabase dropIndexes
    dropRole dropSearchIndex dropUser enableSharding endSessions explain features filemd5 find
    findAndModify flushRouterConfig fsync fsyncUnlock getAuditConfig getClusterParameter
    getCmdLineOpts getDefaultRWConcern getLog getMore getParameter getShardMap getShardVersion
    getnonce grantPrivilegesToRole grantRolesToRole grantRolesToUser hello hostInfo insert
    invalidateUserCache isMaster isSelf isdbgrid killAllSessions killAllSessionsByPattern
    killCursors killOp killSessions listCollections listCommands listDatabases listIndexes
    listShards lockInfo logRotate logout mapReduce medianKey mergeChunks moveChunk movePrimary
    netstat ping planCacheClear planCacheClearFilters planCacheListFilters planCacheSetFilter
    profile reIndex refineCollectionShardKey refreshSessions removeShard removeShardFromZone
    renameCollection replSetAbortPrimaryCatchUp replSetFreeze replSetGetConfig replSetGetStatus
    replSetInitiate replSetMaintenance replSetReconfig replSetResizeOplog replSetStepDown
    replSetSyncFrom reshardCollection resync revokePrivilegesFromRole revokeRolesFromRole
    revokeRolesFromUser rolesInfo rotateCertificates saslContinue saslStart serverStatus
    setAllowMigrations setAuditConfig setClusterParameter setDefaultRWConcern
    setFeatureCompatibilityVersion setIndexCommitQuorum setParameter setUserWriteBlockMode
    shardCollection shardConnPoolStats shardingState shutdown split splitVector startSession top
    update updateRole updateSearchIndex updateUser updateZoneKeyRange usersInfo validate
    validateDBMetadata whatsmyuri
""")


def outside(names: list[str], scope: Any) -> list[str]:
    return [name for name in names if name not in scope]


async def refusal(words: Words, command: Command) -> tuple[int | None, str]:
    with pytest.raises(OperationFailure) as caught:
        await words.database.command(command)
    details = caught.value.details or {}
    return caught.value.code, details["errmsg"]


@pytest.mark.parametrize(
    ("names", "scope"),
    [
        (QUERY_TOP + QUERY_FIELD, FILTER_OPERATORS),
        (UPDATES, UPDATE_OPERATORS),
        (STAGE_NAMES, {*STAGES, *OUTPUT_STAGES}),
        (ACCUMULATOR_NAMES, ACCUMULATORS),
        (EXPRESSIONS, EXPRESSION_OPERATORS),
        ([*COMMAND_NAMES, "findandmodify", "ismaster", "buildinfo"], COMMANDS),
    ],
)
def test_the_scope_invents_no_names(names: list[str], scope: Any) -> None:
    assert set(scope) <= set(names)


@pytest.mark.parametrize("name", outside(QUERY_TOP, FILTER_OPERATORS))
async def test_a_foreign_top_level_query_operator_is_refused(
    words: Words, embedded_only: None, name: str
) -> None:
    for query in ({name: {"a": 1}}, {"$or": [{"a": 1}, {name: {"a": 1}}]}):
        code, message = await refusal(words, {"find": "words", "filter": query})
        assert code == 2
        assert name in message
        with pytest.raises(OperationFailure, match=name[1:]):
            await words.delete_many(query)


@pytest.mark.parametrize("name", outside(QUERY_FIELD, FILTER_OPERATORS))
async def test_a_foreign_query_operator_is_refused(
    words: Words, embedded_only: None, name: str
) -> None:
    await words.insert_one({"a": 1})
    for query in (
        {"a": {name: 1}},
        {"a": {"$not": {name: 1}}},
        {"a": {"$gt": 0, name: 1}},
        {"a": {"$elemMatch": {name: 1}}},
        {"$nor": [{"a": {name: 1}}]},
    ):
        code, message = await refusal(words, {"find": words.name, "filter": query})
        assert code == 2
        assert name in message


@pytest.mark.parametrize("name", outside(UPDATES, UPDATE_OPERATORS))
async def test_a_foreign_update_operator_is_refused(
    words: Words, embedded_only: None, name: str
) -> None:
    await words.insert_one({"_id": 1})
    for update in ({name: {"a": 1}}, {"$set": {"b": 1}, name: {"a": 1}}):
        with pytest.raises(OperationFailure, match=name[1:]) as caught:
            await words.update_one({"_id": 1}, update)
        assert caught.value.code == 9
    assert await words.find_one() == {"_id": 1}


@pytest.mark.parametrize("name", outside(STAGE_NAMES, {*STAGES, *OUTPUT_STAGES}))
async def test_a_foreign_stage_is_refused(words: Words, embedded_only: None, name: str) -> None:
    inside = {"$lookup": {"from": "words", "pipeline": [{name: {}}], "as": "found"}}
    for stage in ({name: {}}, inside, {"$facet": {"found": [{name: {}}]}}):
        command = {"aggregate": words.name, "pipeline": [stage], "cursor": {}}
        code, message = await refusal(words, command)
        assert code in {40324, 238, 31082}
        assert name in message


@pytest.mark.parametrize("name", outside(ACCUMULATOR_NAMES, ACCUMULATORS))
async def test_a_foreign_accumulator_is_refused(
    words: Words, embedded_only: None, name: str
) -> None:
    group = {"$group": {"_id": None, "value": {name: "$a"}}}
    command = {"aggregate": words.name, "pipeline": [group], "cursor": {}}
    code, message = await refusal(words, command)
    assert code == 15952
    assert name in message


@pytest.mark.parametrize("name", outside(EXPRESSIONS, EXPRESSION_OPERATORS))
async def test_a_foreign_expression_is_refused(
    words: Words, embedded_only: None, name: str
) -> None:
    for stage in (
        {"$project": {"value": {name: "$a"}}},
        {"$set": {"value": {"$cond": [True, 1, {name: "$a"}]}}},
        {"$match": {"$expr": {name: "$a"}}},
        {"$group": {"_id": {name: "$a"}}},
    ):
        command = {"aggregate": words.name, "pipeline": [stage], "cursor": {}}
        code, message = await refusal(words, command)
        assert code in {168, 31325}
        assert name in message


@pytest.mark.parametrize("name", outside(COMMAND_NAMES, COMMANDS))
async def test_a_foreign_command_is_refused(words: Words, embedded_only: None, name: str) -> None:
    code, message = await refusal(words, {name: 1})
    assert code in {59, 31082}
    assert name in message


OPTIONS: dict[str, tuple[Command, str]] = {
    "find": (
        {"find": "words"},
        """allowDiskUse allowPartialResults awaitData batchSize collation comment filter hint let
        limit max maxTimeMS min noCursorTimeout oplogReplay projection readConcern returnKey
        showRecordId singleBatch skip sort tailable encryptionInformation mirrored querySettings
        term $queryOptions resumeAfter requestResumeToken startAt includeQueryStatsMetrics""",
    ),
    "aggregate": (
        {"aggregate": "words", "pipeline": [], "cursor": {}},
        """allowDiskUse bypassDocumentValidation collation exchange explain fromMongos hint let
        needsMerge isMapReduceCommand collectionUUID requestReshardingResumeToken
        passthroughToShard encryptionInformation""",
    ),
    "count": ({"count": "words"}, "query limit skip hint collation fields queryOptions mirrored"),
    "distinct": ({"distinct": "words", "key": "a"}, "query hint collation mirrored unheard"),
    "insert": (
        {"insert": "words", "documents": [{}]},
        "ordered bypassDocumentValidation stmtIds stmtId encryptionInformation collectionUUID",
    ),
    "update": (
        {"update": "words", "updates": [{"q": {}, "u": {"$set": {"a": 1}}}]},
        "ordered bypassDocumentValidation let stmtIds runtimeConstants legacyRuntimeConstants",
    ),
    "delete": (
        {"delete": "words", "deletes": [{"q": {}, "limit": 1}]},
        "ordered let stmtIds legacyRuntimeConstants bypassDocumentValidation unheard",
    ),
    "findAndModify": (
        {"findAndModify": "words", "update": {"$set": {"a": 1}}},
        """query sort remove new fields upsert arrayFilters hint collation let
        bypassDocumentValidation stmtId runtimeConstants sampleId""",
    ),
    "create": (
        {"create": "words"},
        """capped size max timeseries viewOn pipeline validator validationLevel validationAction
        clusteredIndex changeStreamPreAndPostImages expireAfterSeconds encryptedFields collation
        storageEngine indexOptionDefaults temp autoIndexId flags idIndex""",
    ),
    "createIndexes": (
        {"createIndexes": "words", "indexes": [{"key": {"a": 1}, "name": "a"}]},
        "commitQuorum ignoreUnknownIndexOptions isTimeseriesNamespace",
    ),
    "listCollections": ({"listCollections": 1}, "filter nameOnly authorizedCollections unheard"),
    "drop": ({"drop": "words"}, "unheard dropPendingNamespace"),
    "dropIndexes": ({"dropIndexes": "words", "index": "*"}, "unheard collectionUUID"),
    "listIndexes": ({"listIndexes": "words"}, "cursor includeBuildUUIDs includeIndexBuildInfo"),
    "explain": ({"explain": {"find": "words"}}, "verbosity unheard"),
    "getMore": ({"getMore": 1, "collection": "words"}, "batchSize maxTimeMS term"),
}
_KNOWN_EVERYWHERE = {"comment", "maxTimeMS", "readConcern"}


@pytest.mark.parametrize("name", OPTIONS)
async def test_an_option_is_known_or_refused_by_name(
    words: Words, embedded_only: None, name: str
) -> None:
    command, options = OPTIONS[name]
    known = COMMANDS[name].options or frozenset()
    foreign = [one for one in options.split() if one not in known | _KNOWN_EVERYWHERE]
    for option in [*foreign, "unheardOf"]:
        code, message = await refusal(words, {**command, option: 1})
        assert code in {40415, 72}, option
        assert f".{option}'" in message


@pytest.mark.parametrize(
    "options",
    [
        {"min": {"a": 1}}, {"max": {"a": 1}}, {"returnKey": True}, {"showRecordId": True},
        {"tailable": True}, {"awaitData": True}, {"oplogReplay": True},
        {"collation": {"locale": "en"}}, {"hint": "unheard_1"},
    ],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
async def test_a_known_option_that_cannot_be_met_is_refused(
    words: Words, embedded_only: None, options: Command
) -> None:
    await words.insert_one({"a": 1})
    code, message = await refusal(words, {"find": words.name, **options})
    assert code == 2
    assert next(iter(options)) in message


@pytest.mark.parametrize(
    "options",
    [
        {"capped": True, "size": 1}, {"timeseries": {"timeField": "at"}},
        {"validator": {"a": 1}},
        {"clusteredIndex": {"key": {"_id": 1}, "unique": True}}, {"expireAfterSeconds": 1},
        {"changeStreamPreAndPostImages": {"enabled": True}}, {"encryptedFields": {"fields": []}},
        {"collation": {"locale": "de"}}, {"size": 1000}, {"max": 5},
        {"validationLevel": "strict"}, {"validationAction": "warn"},
        {"indexOptionDefaults": {"storageEngine": {}}},
    ],
    ids=lambda options: next(iter(options)),
)  # fmt: skip
async def test_a_kind_of_collection_that_there_is_not_is_refused(
    words: Words, embedded_only: None, options: Command
) -> None:
    code, message = await refusal(words, {"create": words.name, **options})
    assert code in {2, 72}
    assert next(iter(options)) in message


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ({"a": "2d"}, {}), ({"a": "2dsphere"}, {}), ({"a": "hashed"}, {}),
        ({"a": "geoHaystack"}, {}), ({"$**": 1}, {}), ({"a.$**": 1}, {}),
        ({"a": 1}, {"hidden": True}), ({"a": 1}, {"collation": {"locale": "fr"}}),
        ({"a": 1}, {"weights": {"a": 1}}), ({"a": 1}, {"default_language": "none"}),
        ({"a": 1}, {"wildcardProjection": {"a": 1}}), ({"a": 1}, {"storageEngine": {}}),
        ({"a": 1}, {"bits": 2}), ({"a": 1}, {"min": 1}), ({"a": 1}, {"dropDups": True}),
        ({"a": 1}, {"prepareUnique": True}), ({"a": 1}, {"clustered": True}),
        ({"a": 1}, {"2dsphereIndexVersion": 3}), ({"a": 1}, {"textIndexVersion": 3}),
    ],
)  # fmt: skip
async def test_a_kind_of_index_that_there_is_not_is_refused(
    words: Words, embedded_only: None, key: Command, options: Command
) -> None:
    index = {"key": key, "name": "index", **options}
    code, _ = await refusal(words, {"createIndexes": words.name, "indexes": [index]})
    assert code in {67, 197}


async def test_parts_of_statements_are_known_or_refused(words: Words, embedded_only: None) -> None:
    await words.insert_one({"a": 1})
    name = words.name
    update = {"q": {}, "u": {"$set": {"a": 1}}, "unheard": 1}
    for command in (
        {"update": name, "updates": [update]},
        {"delete": name, "deletes": [{"q": {}, "limit": 0, "unheard": 1}]},
        {"aggregate": name, "pipeline": [], "cursor": {"unheard": 1}},
        {"aggregate": name, "pipeline": [{"$lookup": {"from": "x", "unheard": 1}}], "cursor": {}},
        {"aggregate": name, "pipeline": [{"$unwind": {"path": "$a", "unheard": 1}}], "cursor": {}},
        {
            "aggregate": name,
            "pipeline": [{"$unionWith": {"coll": "a", "unheard": 1}}],
            "cursor": {},
        },
        {"find": name, "projection": {"a": {"$unheard": 1}}},
        {"find": name, "projection": {"a": {"$meta": "textScore"}}},
        {"find": name, "sort": {"a": {"$meta": "textScore"}}},
        {"find": name, "readConcern": {"level": "snapshot"}},
    ):
        with pytest.raises(OperationFailure):
            await words.database.command(command)
    update = {"$push": {"b": {"$each": [], "$unheard": 1}}}
    with pytest.raises(OperationFailure):
        await words.update_one({}, update)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"$const": "$a"}, "$a"),
        ({"$dayOfMonth": "$at"}, 21),
        ({"$dayOfYear": "$at"}, 325),
        ({"$month": "$at"}, 11),
        ({"$hour": "$at"}, 6),
        ({"$minute": "$at"}, 7),
        ({"$second": "$at"}, 8),
        ({"$millisecond": "$at"}, 9),
        ({"$replaceOne": {"input": "aXbX", "find": "X", "replacement": "-"}}, "a-bX"),
        ({"$rtrim": {"input": " a "}}, " a"),
    ],
    ids=lambda part: next(iter(part)) if isinstance(part, dict) else None,
)
async def test_an_expression_that_no_other_test_names(
    words: Words, expression: Command, value: Any
) -> None:
    await words.insert_one({"at": datetime(2026, 11, 21, 6, 7, 8, 9_000, tzinfo=UTC)})
    found = await (await words.aggregate([{"$project": {"value": expression}}])).to_list()
    assert found[0]["value"] == value


@pytest.mark.parametrize(
    "command",
    [
        {"buildInfo": 1}, {"buildinfo": 1}, {"connectionStatus": 1}, {"getCmdLineOpts": 1},
        {"getParameter": 1, "featureCompatibilityVersion": 1}, {"isMaster": 1}, {"ismaster": 1},
        {"listDatabases": 1}, {"serverStatus": 1}, {"startSession": 1}, {"refreshSessions": []},
        {"endSessions": []}, {"killSessions": []},
    ],
    ids=lambda command: next(iter(command)),
)  # fmt: skip
async def test_a_command_of_the_server_answers(words: Words, command: Command) -> None:
    reply = await words.database.client["admin"].command(command)
    assert reply["ok"] == 1


async def test_the_commands_of_a_collection_answer(words: Words) -> None:
    name, database = words.name, words.database
    index = {"key": {"a": 1}, "name": "a_1"}
    await database.command({"createIndexes": name, "indexes": [index]})
    listed = await database.command({"listIndexes": name})
    assert [one["name"] for one in listed["cursor"]["firstBatch"]] == ["_id_", "a_1"]
    await database.command({"dropIndexes": name, "index": "a_1"})
    collections = await database.command({"listCollections": 1, "filter": {"name": name}})
    assert [one["name"] for one in collections["cursor"]["firstBatch"]] == [name]
    for spelling in ("findAndModify", "findandmodify"):
        change = {"query": {"_id": 1}, "update": {"$inc": {"n": 1}}, "upsert": True, "new": True}
        reply = await database.command({spelling: name, **change})
    assert reply["value"] == {"_id": 1, "n": 2}
    killed = await database.command({"killCursors": name, "cursors": [Int64(1)]})
    assert killed["cursorsNotFound"] == [1]
    renamed = f"{database.name}.{name}_renamed"
    await database.client["admin"].command(
        {"renameCollection": f"{database.name}.{name}", "to": renamed}
    )
    assert await words.count_documents({}) == 0
    other = database.client[f"{database.name}_other"]
    await other["things"].insert_one({})
    await other.command({"dropDatabase": 1})
    assert await other.list_collection_names() == []
