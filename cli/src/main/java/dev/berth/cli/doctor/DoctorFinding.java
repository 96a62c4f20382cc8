package dev.berth.cli.doctor;

import java.util.Optional;

/// The result of one check of the doctor.
///
/// @param name a stable name, also for scripts
/// @param available whether this kernel and user have it
/// @param detail what was found: a value, or why it is not available; may be empty
/// @param since the kernel version or capability that provides it
/// @param purpose what Berth does with it
/// @param advice what to do if it is missing; empty if it is available
/// @param required whether `run` needs it for an unmodified program
record DoctorFinding(
        String name,
        boolean available,
        String detail,
        String since,
        String purpose,
        Optional<String> advice,
        boolean required) {}
