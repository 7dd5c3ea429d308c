"""What the generated client stands on: gql sends, Pydantic turns inputs into variables."""

from typing import Any

from generated.base_model import UNSET
from gql import gql
from gql.client import ReconnectingAsyncClientSession
from pydantic import TypeAdapter

VARIABLES = TypeAdapter(dict[str, Any])


class SessionClient:
    """The generated methods call these two."""

    def __init__(self, session: ReconnectingAsyncClientSession) -> None:
        self._session = session

    async def execute(
        self, query: str, operation_name: str, variables: dict[str, object]
    ) -> dict[str, Any]:
        """The data of an answer; raises what gql raises."""
        request = gql(query)
        request.operation_name = operation_name
        # What was never set is left out: to the server, null means something else.
        given = {name: value for name, value in variables.items() if value is not UNSET}
        request.variable_values = VARIABLES.dump_python(
            given, mode="json", by_alias=True, exclude_unset=True
        )
        return await self._session.execute(request)

    def get_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """As it is."""
        return data
