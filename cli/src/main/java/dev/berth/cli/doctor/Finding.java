package dev.berth.cli.doctor;

import java.util.Optional;

/// One thing that the doctor looked at.
///
/// @param name stable, for machines too
/// @param available whether this kernel and user have it
/// @param detail what was seen: a value, or why not; may be empty
/// @param since the kernel or capability that brings it
/// @param purpose what Berth does with it
/// @param advice what to do where it is missing; empty where it is there
/// @param required whether `run` needs it for a program that nobody modified
record Finding(
        String name,
        boolean available,
        String detail,
        String since,
        String purpose,
        Optional<String> advice,
        boolean required) {}
