-- What is known of the generations of views. Their rows lie in tables of their own, made with them: relations_vehicles_g7.
create table views (
	generation bigint generated always as identity primary key, -- never used again, so that no row of a former one is ever met
	view       text    not null collate "C",
	version    integer not null,
	active     boolean not null default false,
	finished   boolean not null default false,
	dropped    boolean not null default false, -- nobody uses it any more; its tables go when nobody reads them
	steps      bigint  not null default 0,     -- of building it: a step that got lost is found out
	log        text    not null default '' collate "C",
	position   text    not null default '0' collate "C",
	stream     text    not null default '' collate "C", -- of the newest event that is kept for ever
	revision   bigint  not null default 0,
	event      text    not null default '' collate "C",
	as_of      bigint  not null default 0,
	through    text    not null default '0' collate "C"
) with (fillfactor = 50); -- a checkpoint moves ten times a second: it then finds room on its own page

create unique index views_active on views (view) where active;

create table rebuilds (
	view     text   primary key collate "C",
	state    text   not null collate "C",
	events   bigint not null,
	rate     double precision not null,
	position text   not null collate "C",
	head     text   not null collate "C",
	problem  text   not null collate "C"
);

create table leases (
	name   text primary key collate "C",
	holder text not null collate "C",
	until  timestamptz not null -- by the clock of this server alone
) with (fillfactor = 50);

create sequence snapshot_serials;

create table snapshots (
	key              text   primary key collate "C",
	serial           bigint not null, -- of what is stored under the key
	commit_position  bigint not null,
	prepare_position bigint not null,
	size             bigint not null,
	saved            timestamptz not null default now()
);

-- In pieces, because one value of 100 MB would be held in memory several times over, here and there.
create table snapshot_pieces (
	serial bigint  not null,
	piece  integer not null,
	bytes  bytea   not null,
	primary key (serial, piece)
);
alter table snapshot_pieces alter column bytes set storage external;
