package dev.berth.cli.doctor;

import java.util.Optional;

/// The result of one check of the doctor.
///
/// @param check what was checked
/// @param available whether this kernel and user have it
/// @param detail what was found: a value, or why it is not available; may be empty
/// @param advice what to do if it is missing; empty if it is available
record DoctorFinding(
        DoctorCheck check, boolean available, String detail, Optional<String> advice) {}
