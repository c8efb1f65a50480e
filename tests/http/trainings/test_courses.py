"""Courses and their versions over HTTP."""

from __future__ import annotations


def test_a_course_is_there_after_it_was_made(house):
    course_id = house.course()
    assert len(course_id) == 36
    mira = house.person(confirmed_by="officer-2", jmbg="0101990715000")
    house.staff("officer-1", "Ana Primer", trains_in="RS-2011")
    assert house.logged("trainings.registration.confirmed.v1")[0].registration_id == mira
