"""Who may open which page, written down once more, by people's roles and not by acts.

`console.web.access_table` says which act each page is, and `console.domain.policy` who may do
which act. A slip in either is only seen against a third list. A new page gets a line here too.
"""

from console.domain.policy import Role

_LETTERS = {
    "O": Role.DUTY_OFFICER,
    "A": Role.APPROVER,
    "U": Role.AUDITOR,
    "C": Role.CUSTODIAN,
    "X": Role.ADMINISTRATOR,
}

_OPEN = """
    accessibility.page static machines.alive machines.ready machines.metrics
    sign_in.form sign_in.enter sign_in.second sign_in.enter_second sign_in.leave
    single_sign_on.begin single_sign_on.finish resetting.show resetting.choose
    sign_off.show sign_off.decide sign_off.picture sign_off.say_reading spoken.ask spoken.enter
    joining.ask joining.accept unsubscribe.ask unsubscribe.leave
    public.front public.incident public.further_incident public.picture public.style public.feed
    public.alert
    pictures.jpeg
    api.openIncident api.listIncidents api.readIncident api.draftMessage api.readMessage
    api.submitMessage api.takeAlert api.addToLog api.correctEntry api.checkDelivery
    api.confirmDelivery api.resendDelivery api.readRecord
    api.listTypes api.listPlaces api.listChannels api.document api.elsewhere
"""
STRANGERS = frozenset(_OPEN.split())
"""Open to everybody, since each asks for its own key, or has nothing to hide."""

_ROWS = {
    # Duty officer, approver, aUditor, channel Custodian, administrator (X).
    "OAUCX": """
        front.page front.picture incidents.page incidents.live messages.page messages.live
        report_card.page rehearsal.leave
        channels.page channels.one run_sheet.page
        register_exports.channels register_exports.checklist register_exports.checklist_csv
        public.exercise_front public.exercise_incident public.exercise_further_incident
        public.exercise_picture
        tokens.page tokens.issue tokens.revoke
        proving.ask proving.prove account.page account.end account.end_others
        own_secrets.password own_secrets.change_password own_secrets.pin own_secrets.change_pin
        own_secrets.phone own_secrets.change_phone
        second_factors.choose second_factors.app second_factors.add_app second_factors.remove_app
        second_factors.passkey second_factors.add_passkey second_factors.rename_passkey
        second_factors.remove_passkey second_factors.new_codes
        sign_off.show_own sign_off.decide_own sign_off.picture_own sign_off.challenge
        policy.page rota.page logbook.page
    """,
    "O": """
        drafts.choose drafts.begin drafts.open_ drafts.edit drafts.save
        checks.page checks.change checks.submit counting.ask counting.send
        writings.keep_new writings.keep_draft writings.keep_texts
        writings.throw_away previews.of_new previews.of_draft
        turns.ask turns.ask_everybody rehearsal.begin
        spoken.make incidents.follow incidents.stand_down incidents.reopen messages.withdraw
    """,
    "A": "alone.look alone.look_back",
    "AX": "rota.ask_away rota.say_away rota.back",
    "OA": """
        messages.ask_stop messages.stop messages.ask_again messages.again messages.again_to_missing
        messages.published messages.look
        taking_back.ask taking_back.send alone.ask alone.send logbook.add logbook.correct
    """,
    "OAUX": """
        record.page record.verify record.verified record.incident logbook.entry
        exports.choose exports.whole exports.incident
        learning.page learning.exercises
    """,
    "OACX": """
        findings.check findings.settle holds.ask holds.hold holds.ask_let_go holds.let_go
    """,
    "CX": """
        channel_details.new channel_details.add channel_details.edit channel_details.save
        channel_keeping.entrust channel_keeping.relieve channel_keeping.rotated
        channel_keeping.ask channel_keeping.move channel_keeping.withdraw channel_credentials.offer
        handover.choose handover.page handover.custody handover.words handover.promotion
        handover.changed
        recipients.page recipients.add recipients.remove recipients.settle recipients.set_aside
        recipients.download recipients.upload recipients.uploaded recipients.apply recipients.drop
    """,
    "X": """
        handover.close
        people.page people.ask people.invite people.again people.withdraw people.agree people.refuse
        person.page person.details person.give person.take person.end_sessions person.issue
        person.revoke
        policy.propose policy.agree policy.refuse
        rota.new rota.add rota.edit rota.change rota.end
    """,
}

TABLE: dict[str, frozenset[Role]] = {
    endpoint: frozenset(_LETTERS[one] for one in letters)
    for letters, endpoints in _ROWS.items()
    for endpoint in endpoints.split()
}
"""Endpoint -> the roles that it lets in."""

API: dict[str, frozenset[Role]] = {
    name: frozenset(_LETTERS[one] for one in letters)
    for letters, names in {
        "OAUCX": "listIncidents readIncident readMessage listTypes listPlaces listChannels",
        "O": "openIncident draftMessage submitMessage takeAlert",
        "OA": "checkDelivery confirmDelivery resendDelivery addToLog correctEntry",
        "OAUX": "readRecord",
    }.items()
    for name in names.split()
}
"""Call of the API -> the roles whose token it takes."""
