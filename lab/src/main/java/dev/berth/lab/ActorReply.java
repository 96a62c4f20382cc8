package dev.berth.lab;

/// An answer and the descriptors that go with it, which remain the sender's.
@SuppressWarnings("ArrayRecordComponent") // lives for one message
record ActorReply(StepResult answer, int... descriptors) {}
