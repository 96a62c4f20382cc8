/// How a socket of a worker becomes a member of a group: taken while the worker binds it (seccomp),
/// handed to the worker at its start, or found after the worker has bound it by itself. Also: what
/// to report when another process has the port.
@NullMarked
package dev.berth.supervise.adoption;

import org.jspecify.annotations.NullMarked;
