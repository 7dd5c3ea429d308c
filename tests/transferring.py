"""A process that moves amounts between accounts, one transaction each, until it is killed.

`python transferring.py URI LOG`: the id of every transfer that was acknowledged is appended to the
log as 24 hexadecimal digits.
"""

import os
import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bson import ObjectId
from pymongo import MongoClient
from pymongo.client_session import ClientSession

ACCOUNTS = 8
OPENING_BALANCE = 100
ID_DIGITS = 24

Client = MongoClient[dict[str, Any]]


def connected(uri: str) -> Client:
    return MongoClient(uri, serverSelectionTimeoutMS=20_000, w="majority", journal=True)


def open_accounts(client: Client) -> None:
    client["bank"]["accounts"].insert_many(
        {"_id": number, "balance": OPENING_BALANCE} for number in range(ACCOUNTS)
    )


def transfer(session: ClientSession, name: ObjectId) -> bool:
    """Move an amount and write down that it was moved; false when the source has too little."""
    bank = session.client["bank"]
    source, target = random.sample(range(ACCOUNTS), 2)
    amount = random.randrange(1, 20)
    found = bank["accounts"].find_one({"_id": source}, session=session)
    assert found is not None
    if found["balance"] < amount:
        return False
    left = {"$set": {"balance": found["balance"] - amount}}
    bank["accounts"].update_one({"_id": source}, left, session=session)
    bank["accounts"].update_one({"_id": target}, {"$inc": {"balance": amount}}, session=session)
    entry = {"_id": name, "source": source, "target": target, "amount": amount}
    bank["transfers"].insert_one(entry, session=session)
    return True


def main(uri: str, log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with connected(uri) as client, client.start_session() as session:
        while True:
            name = ObjectId()
            if session.with_transaction(partial(transfer, name=name)):
                os.write(descriptor, str(name).encode())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
