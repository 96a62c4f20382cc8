package dev.berth.supervise.lifecycle;

import dev.berth.supervise.contract.Policy;

/// How new connections are treated.
///
/// @param policy decides which worker in service gets the next one
/// @param shed whether all are refused, even if workers are in service
public record Traffic(Policy policy, boolean shed) {}
