"""Who is shut out: the whole account, or one call that somebody in between did not like."""

import pytest
from usercom import (
    CredentialsError,
    ForbiddenError,
    NotFoundError,
    NotNowError,
    PaymentError,
    RetryableError,
    UnservedError,
)

from .stub import HTML, Answer

NO_PERMISSION = {"detail": "You do not have permission to perform this action."}
ATTRIBUTES = {"results": [], "next": None}


def test_a_key_without_permission_is_told_by_the_api_itself(stub, client):
    stub.on("GET /users/7/", Answer(NO_PERMISSION, 403))
    with pytest.raises(ForbiddenError):
        client.get_user(7)
    assert len(stub.requests) == 1


@pytest.mark.parametrize("body", [HTML, None, "[]", '"no"'])
def test_a_firewall_that_refuses_one_call_does_not_shut_out_the_account(stub, client, body):
    stub.on("PUT /users/7/", Answer(body, 403))
    with pytest.raises(UnservedError) as caught:
        client.update_user(7, {"city": "<script>"})
    assert caught.value.status == 403
    assert isinstance(caught.value, RetryableError)
    stub.on("GET /users/7/", Answer(body, 403))
    stub.on("GET /attributes/", ATTRIBUTES)
    with pytest.raises(UnservedError):
        client.get_user(7)


@pytest.mark.parametrize("refusal", [HTML, NO_PERMISSION])
def test_a_firewall_that_refuses_every_call_shuts_out_the_account(stub, client, refusal):
    """Be it that reading is refused, or writing."""
    stub.on("GET /users/7/", Answer(HTML, 403))
    stub.on("GET /attributes/", Answer(refusal, 403))
    with pytest.raises(ForbiddenError):
        client.get_user(7)
    stub.on("PUT /users/7/", Answer(HTML, 403))
    stub.on("PUT /users/0/", Answer(refusal, 403))
    with pytest.raises(ForbiddenError):
        client.update_user(7, {"city": "Gdynia"})


def test_a_failure_of_the_further_call_says_nothing_of_the_account(stub, client):
    stub.on("GET /users/7/", Answer(HTML, 403))
    stub.on("GET /attributes/", Answer(fault="reset"))
    with pytest.raises(UnservedError):
        client.get_user(7)


def test_authenticating_behind_a_firewall_that_refuses_everything(stub, client):
    stub.on("GET /attributes/", Answer(HTML, 403))
    stub.on("PUT /users/0/", Answer(HTML, 403))
    with pytest.raises(ForbiddenError):
        client.probe()


@pytest.mark.parametrize("body", [{"detail": "Limit of contacts reached."}, HTML, None])
def test_payment_that_one_call_requires(stub, client, body):
    """As where the plan holds so many users: the others may still be changed."""
    stub.on("POST /users/", Answer(body, 402))
    with pytest.raises(UnservedError) as caught:
        client.create_user({"email": "jane@example.com"})
    assert caught.value.status == 402


def test_payment_that_every_call_requires_shuts_out_the_account(stub, client):
    stub.on("POST /users/", Answer(None, 402))
    stub.on("PUT /users/0/", Answer(None, 402))
    with pytest.raises(PaymentError) as caught:
        client.create_user({"email": "jane@example.com"})
    assert isinstance(caught.value, CredentialsError)


@pytest.mark.parametrize("method", ["get", "update"])
def test_a_page_of_html_may_be_how_the_api_itself_says_not_found(stub, client, method):
    """How it words a 404 is not documented; that it serves other calls tells."""
    stub.on("GET /users/7/", Answer(HTML, 404))
    stub.on("PUT /users/7/", Answer(HTML, 404))
    stub.on("GET /attributes/", ATTRIBUTES)
    with pytest.raises(NotFoundError):
        client.get_user(7) if method == "get" else client.update_user(7, {"city": "Gdynia"})


@pytest.mark.parametrize("rest", [Answer(HTML, 404), Answer(HTML), Answer(fault="reset")])
def test_a_page_of_html_for_every_call_is_no_word_about_one_user(stub, client, rest):
    stub.on("GET /users/7/", Answer(HTML, 404))
    stub.on("GET /attributes/", rest)
    with pytest.raises(UnservedError) as caught:
        client.get_user(7)
    assert caught.value.status == 404


@pytest.mark.parametrize("status", [408, 409, 425])
def test_what_is_refused_for_now_may_be_tried_again(stub, client, status):
    stub.on("PUT /users/7/", Answer({"detail": "Being changed."}, status))
    with pytest.raises(NotNowError) as caught:
        client.update_user(7, {"city": "Gdynia"})
    assert isinstance(caught.value, RetryableError)
    assert (caught.value.status, caught.value.details) == (status, "Being changed.")
