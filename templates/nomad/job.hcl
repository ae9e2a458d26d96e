{% for line in header %}
# {{ line }}
{% endfor %}
{% if description %}
# {{ description }}
{% endif %}
{% for volume in volumes %}
# Each client has its folder: client { host_volume {{ volume.name }} { path = {{ volume.folder }} } }
{% endfor %}
{% if secrets %}
# What may be secret is not here: nomad var put @{{ name }}.variables.json
{% endif %}
{% for line in unsaid %}
# {{ line }}
{% endfor %}
job {{ job }} {
  group {{ group }} {
{% if count %}
    count = {{ count }}
{% endif %}
{% if http %}
    network {
      mode = "bridge"
      port "http" { to = {{ http.port }} }
    }
    service {
      name     = {{ label }}
      provider = "nomad"
      port     = "http"
      check {
{% if http.path %}
        type     = "http"
        path     = {{ http.path }}
{% else %}
        type     = "tcp"
{% endif %}
        interval = {{ http.interval }}
        timeout  = {{ http.timeout }}
        check_restart {
          limit = {{ http.silent }}
          grace = {{ http.grace }}
        }
      }
    }
{% endif %}
    update {
      canary           = 1
      auto_promote     = true
      auto_revert      = true
      min_healthy_time = {{ lasting }}
      healthy_deadline = {{ deadline }}
{% if progress %}
      progress_deadline = {{ progress }}
{% endif %}
    }
{% if once %}
    restart {
      attempts = 0
      mode     = "fail"
    }
{% endif %}
{% for volume in volumes %}
    volume {{ volume.name }} {
      type      = "host"
      source    = {{ volume.name }}
{% if volume.read_only %}
      read_only = true
{% endif %}
    }
{% endfor %}

    task {{ group }} {
      driver         = "exec"
{% if user %}
      user           = {{ user }}
{% endif %}
{% if http %}
      shutdown_delay = {{ http.drain }}
{% endif %}
      kill_signal    = "SIGTERM"
      kill_timeout   = {{ patience }}
      config {
        work_dir = {{ directory }}
        command  = {{ program }}
        args = [{% for line in arguments %}{% if not loop.first %}          {% endif %}{{ line }}{% if not loop.last %},
{% endif %}{% endfor %}]
      }
      env {
{% for variable in environment %}
        {{ variable }}
{% endfor %}
      }
{% if secrets %}
      template {
        destination = "secrets/env"
        env         = true
        data        = {{ secrets }}
      }
{% endif %}
{% for volume in volumes %}
      volume_mount {
        volume      = {{ volume.name }}
        destination = {{ volume.folder }}
      }
{% endfor %}
{% if cores %}
      resources {
        cores  = {{ cores }}
        memory = {{ memory }}
      }
{% else %}
      resources { memory = {{ memory }} }
{% endif %}
{% if logs %}
      logs {
        max_files     = {{ logs.files }}
        max_file_size = {{ logs.size }}
      }
{% endif %}
    }
  }
}
