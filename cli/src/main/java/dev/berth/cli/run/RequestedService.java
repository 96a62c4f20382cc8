package dev.berth.cli.run;

import dev.berth.supervise.contract.ServiceSpec;

import java.util.Optional;

/// A service that `run` is to run.
///
/// @param spec as far as the command line and the file describe it: its user and its runtime
///   directory are not known yet, and its working directory is as given
/// @param route the name in the dispatcher's routes; empty: the supervisor's
/// @param place begins messages about the command: its position in the file, or nothing
/// @param named whether the user chose the name; otherwise it gets a number if it is taken
record RequestedService(ServiceSpec spec, Optional<String> route, String place, boolean named) {}
