/// How a socket of a worker becomes a member of a group: taken while the worker binds it (seccomp),
/// handed to it at its start, or found when it has bound it by itself. And what to say where
/// somebody else has the port.
@NullMarked
package dev.berth.supervise.adoption;

import org.jspecify.annotations.NullMarked;
